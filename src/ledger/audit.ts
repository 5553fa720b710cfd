import { z } from 'zod';
import { canonicalJson } from '../domain/canonical.ts';
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

/**
 * Takes the head of the chain for this transaction. It is the first statement of every recording transaction: as a write it gets the
 * write lock at once, so that nothing read afterwards can be out of date when the transaction commits.
 */
export async function takeHead(tx: LedgerDb): Promise<ChainPlace> {
  return tx
    .updateTable('audit_head')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow();
}

/** Appends one line per event and moves the head. Returns the new head. */
export async function appendAudit(tx: LedgerDb, head: ChainPlace, lines: readonly AuditLine[]): Promise<ChainPlace> {
  const rows = chained(head, lines.map(lineOf));
  const last = rows.at(-1);
  if (last === undefined) return head;
  const { seq, hash } = last;
  await tx.insertInto('audit').values(rows).execute();
  await tx.updateTable('audit_head').set({ seq, hash }).where('id', '=', 1).execute();
  return { seq, hash };
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
    details: shown(canonicalJson(withoutConfidential(event))),
  };
}

// Capability texts and ciphertext have no place in a log that is exported; long texts are in their own tables under their hash.
export const LEFT_OUT: ReadonlySet<string> = new Set(['envelope', 'text', 'markdown', 'json', 'content', 'tokenHash']);
const BEARERS = new Set<EventType>(['approval_requested', 'ask_opened']);

function withoutConfidential(event: LedgerEvent): unknown {
  return JSON.parse(
    JSON.stringify(event, (name, value: unknown) =>
      LEFT_OUT.has(name) || (name === 'token' && BEARERS.has(event.type)) ? undefined : value,
    ),
  );
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
