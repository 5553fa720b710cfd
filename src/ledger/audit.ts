import type { Selectable } from 'kysely';
import { z } from 'zod';
import { canonicalJson, contentHash } from '../domain/canonical.ts';
import type { AuditEntry, Channel, EventType, LedgerEvent } from '../domain/event.ts';
import { Actor, IncidentId, RunId, StepId } from '../domain/ids.ts';
import { scrub } from '../scrub.ts';
import { instant, stored } from './codec.ts';
import type { LedgerDb } from './open.ts';
import type { LedgerReader } from './reader.ts';
import type { AuditTable } from './schema/audit.ts';
import { subjectOf } from './subjects.ts';

export const GENESIS = '0'.repeat(64);

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

/**
 * Takes the head of the chain for this transaction. It is the first statement of every recording transaction: as a write it gets the
 * write lock at once, so that nothing read afterwards can be out of date when the transaction commits.
 */
export async function takeHead(tx: LedgerDb): Promise<{ seq: number; hash: string }> {
  return tx
    .updateTable('audit_head')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('id', '=', 1)
    .returning(['seq', 'hash'])
    .executeTakeFirstOrThrow();
}

/** Appends one line per event and moves the head. Returns the new head. */
export async function appendAudit(
  tx: LedgerDb,
  head: { seq: number; hash: string },
  lines: { context: AuditContext; event: LedgerEvent }[],
): Promise<{ seq: number; hash: string }> {
  let { seq, hash } = head;
  const rows: Selectable<AuditTable>[] = [];
  for (const { context, event } of lines) {
    seq += 1;
    const row = { ...lineOf(context, event), seq, prev_hash: hash };
    hash = hashOf(row);
    rows.push({ ...row, hash });
  }
  if (rows.length > 0) await tx.insertInto('audit').values(rows).execute();
  await tx.updateTable('audit_head').set({ seq, hash }).where('id', '=', 1).execute();
  return { seq, hash };
}

type Line = Omit<Selectable<AuditTable>, 'seq' | 'prev_hash' | 'hash'>;

function lineOf(context: AuditContext, event: LedgerEvent): Line {
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

function hashOf(row: Omit<Selectable<AuditTable>, 'hash'>): string {
  return contentHash(row);
}

export type AuditVerdict =
  | { whole: true; entries: number; head: string }
  | { whole: false; entries: number; at: number; why: string };

/**
 * Recomputes the chain from the first line, in pages, up to the end as it is when this begins: others may go on recording meanwhile. What
 * stands behind the end was put there by somebody else.
 */
export async function verifyAudit(db: LedgerDb): Promise<AuditVerdict> {
  const end = await headOf(db);
  let seq = 0;
  let hash = GENESIS;
  while (seq < end.seq) {
    const lines = db.selectFrom('audit').selectAll().where('seq', '>', seq).where('seq', '<=', end.seq);
    const page = await lines.orderBy('seq').limit(1_000).execute();
    if (page.length === 0) break;
    for (const row of page) {
      const why = breakAt(row, { seq, hash });
      if (why !== null) return { whole: false, entries: seq, at: seq + 1, why };
      seq = row.seq;
      hash = row.hash;
    }
  }
  if (end.seq !== seq || end.hash !== hash)
    return {
      whole: false,
      entries: seq,
      at: seq + 1,
      why: `the end is missing: ${end.seq} lines were written and ${seq} are there`,
    };
  // Read before the head: a line and the head that counts it are one transaction, so a line beyond the head never belongs there.
  const last = await db.selectFrom('audit').select('seq').orderBy('seq', 'desc').executeTakeFirst();
  const now = await headOf(db);
  if (last !== undefined && last.seq > now.seq)
    return {
      whole: false,
      entries: seq,
      at: last.seq,
      why: `line ${last.seq} stands behind the end, which is line ${now.seq}`,
    };
  return { whole: true, entries: seq, head: hash };
}

function headOf(db: LedgerDb): Promise<{ seq: number; hash: string }> {
  return db.selectFrom('audit_head').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirstOrThrow();
}

/** How this line breaks the chain behind the line before it, or null. */
function breakAt(row: Selectable<AuditTable>, before: { seq: number; hash: string }): string | null {
  if (row.seq !== before.seq + 1) return `line ${before.seq + 1} is missing; the next one there is ${row.seq}`;
  if (row.prev_hash !== before.hash) return `line ${row.seq} does not follow from line ${before.seq}`;
  const { hash, ...rest } = row;
  return hashOf(rest) === hash ? null : `line ${row.seq} was changed after it was written`;
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
export function contextFromRow(row: Selectable<AuditTable>): AuditContext {
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

function entryFromRow(row: Selectable<AuditTable>): AuditEntry {
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
