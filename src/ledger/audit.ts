import { z } from 'zod';
import type { AuditEntry, Channel, EventType, LedgerEvent } from '../domain/event.ts';
import { Actor, IncidentId, RunId, StepId } from '../domain/ids.ts';
import { scrub } from '../scrub.ts';
import { type AuditRow, type ChainPlace, chained } from './audit-chain.ts';
import { instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import { subjectOf } from './subjects.ts';
import { headOf } from './verify-audit.ts';

/** What the audit says besides the event itself. */
export interface AuditContext {
  at: Date;
  actor: Actor;
  channel: Channel;
  incident: IncidentId | null;
  run: RunId | null;
  step: StepId | null;
  planHash: string | null;
}

/** An event and what is said of it besides. */
export interface AuditLine {
  context: AuditContext;
  event: LedgerEvent;
}

/** The two ends of every recording; its statements are compiled once, because building them takes longer than running them. */
export interface AuditChain {
  /**
   * Takes the head of the chain for this transaction. It is the first statement of every recording transaction: as a write it gets the
   * write lock at once, so that nothing read afterwards can be out of date when the transaction commits.
   */
  takeHead: (tx: LedgerDb) => Promise<ChainPlace>;
  /** Appends one line per event and moves the head. Returns the new head. */
  append: (tx: LedgerDb, head: ChainPlace, lines: readonly AuditLine[]) => Promise<ChainPlace>;
}

export function openChain(db: LedgerDb): AuditChain {
  const heads = () => db.updateTable('audit_head').where('id', '=', 1);
  const take = heads()
    .set((eb) => ({ seq: eb.ref('seq') }))
    .returning(['seq', 'hash'])
    .compile();
  const move = heads().set({ seq: 0, hash: '' }).compile();
  const insert = db.insertInto('audit').values(BLANK).compile();
  return {
    takeHead: async (tx) => {
      const head = (await tx.executeQuery(take)).rows.at(0);
      if (head === undefined) throw new Error('The ledger has no head of its audit.');
      return head;
    },
    append: async (tx, head, lines) => {
      let { seq, hash } = head;
      for (const row of chained(head, lines.map(lineOf))) {
        await tx.executeQuery({ ...insert, parameters: valuesOf(row) });
        ({ seq, hash } = row);
      }
      if (seq !== head.seq) await tx.executeQuery({ ...move, parameters: [seq, hash, 1] });
      return { seq, hash };
    },
  };
}

// In the order of valuesOf: the compiled statement names its columns in this one.
const BLANK: AuditRow = {
  seq: 0,
  at: '',
  actor: '',
  channel: '',
  action: '',
  subject: '',
  incident_id: null,
  run_id: null,
  step_id: null,
  plan_hash: null,
  details: '',
  prev_hash: '',
  hash: '',
};

function valuesOf(row: AuditRow): (string | number | null)[] {
  const { seq, at, actor, channel, action, subject, details, prev_hash, hash } = row;
  const about = [row.incident_id, row.run_id, row.step_id, row.plan_hash];
  return [seq, at, actor, channel, action, subject, ...about, details, prev_hash, hash];
}

type Line = Omit<AuditRow, 'seq' | 'prev_hash' | 'hash'>;

export function lineOf({ context, event }: AuditLine): Line {
  // What was refused may be a pasted key. The other events are in the tables too, which have to say the same: their borders keep keys out.
  const shown = event.type === 'request_refused' ? scrub : (text: string) => text;
  return {
    at: stored(context.at),
    actor: Actor.parse(context.actor.toWellFormed()),
    channel: context.channel,
    action: event.type,
    // Text from people may hold half a surrogate pair, which SQLite would store as another character than the one that was hashed.
    subject: shown(subjectOf(event, context.run).toWellFormed()),
    incident_id: context.incident,
    run_id: context.run,
    step_id: context.step,
    plan_hash: context.planHash,
    details: shown(detailsOf(event)),
  };
}

// Capability texts and ciphertext have no place in a log that is exported; long texts are in their own tables under their hash.
export const LEFT_OUT: ReadonlySet<string> = new Set(['envelope', 'text', 'markdown', 'json', 'content', 'tokenHash']);
const BEARERS = new Set<EventType>(['approval_requested', 'ask_opened']);

/** As canonicalJson, in the same pass that leaves out what is confidential. */
function detailsOf(event: LedgerEvent): string {
  const isLeftOut = (name: string) => LEFT_OUT.has(name) || (name === 'token' && BEARERS.has(event.type));
  const shown = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Date) return value.toJSON();
    if (Array.isArray(value)) return value.map(shown);
    const named = Object.entries(value).filter(([name]) => !isLeftOut(name));
    // Not by assignment, which a name like __proto__ would escape.
    return Object.fromEntries(named.sort(byName).map(([name, inner]) => [name, shown(inner)]));
  };
  return JSON.stringify(shown(event));
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

const KnownChannel: z.ZodType<Channel> = z.enum(['slack', 'hook', 'cli', 'http', 'engine', 'demo']);

export function auditQueries(db: LedgerDb): Pick<LedgerReader, 'audit' | 'auditRange' | 'auditHead'> {
  return {
    audit: async (filter) => {
      let query = db.selectFrom('audit').selectAll();
      if (filter.incident !== undefined) query = query.where('incident_id', '=', filter.incident);
      if (filter.run !== undefined) query = query.where('run_id', '=', filter.run);
      if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
      if (filter.before !== undefined) query = query.where('seq', '<', filter.before);
      return (await query.orderBy('seq', 'desc').limit(filter.limit).execute()).map(entryFromRow);
    },
    auditRange: async (from, to) =>
      (
        await db
          .selectFrom('audit')
          .selectAll()
          .where('seq', '>=', from)
          .where('seq', '<=', to)
          .orderBy('seq')
          .execute()
      ).map(entryFromRow),
    auditHead: () => headOf(db),
  };
}

/** Who, when and about what: everything that a line says besides its event. */
export function contextFromRow(row: AuditRow): AuditContext {
  return {
    at: instant(row.at),
    actor: Actor.parse(row.actor),
    channel: KnownChannel.parse(row.channel),
    incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
    run: row.run_id === null ? null : RunId.parse(row.run_id),
    step: row.step_id === null ? null : StepId.parse(row.step_id),
    planHash: row.plan_hash,
  };
}

function entryFromRow(row: AuditRow): AuditEntry {
  return {
    ...contextFromRow(row),
    seq: row.seq,
    // Written by this ledger from LedgerEvent['type'] only; an older line may carry a name that has since gone.
    action: z.custom<EventType>((value) => typeof value === 'string').parse(row.action),
    subject: row.subject,
    details: row.details,
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
