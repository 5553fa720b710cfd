import type { Channel, LedgerEvent } from '../domain/event.ts';
import { type Actor, IncidentId, RunId, type StepId } from '../domain/ids.ts';
import { incidentOfWork, isIncidentWork } from '../domain/incident-event.ts';
import { type Answers, openAnswers } from './answers.ts';
import { applyEvent } from './apply.ts';
import { wakeRun } from './apply-runs.ts';
import { approvalQueries } from './approvals.ts';
import { askQueries } from './asks.ts';
import { type AuditChain, type AuditContext, type AuditLine, auditQueries, openChain } from './audit.ts';
import { canaryQueries } from './canaries.ts';
import { claimQueries } from './claims.ts';
import { stored } from './codec.ts';
import { controlQueries } from './control-reader.ts';
import { deliveryQueries } from './deliveries.ts';
import { digestKeyQueries } from './digest-keys.ts';
import { digestAnswerQueries, digestQueries } from './digests.ts';
import { dueKeyQueries } from './due-keys.ts';
import { fanOutQueries } from './fan-outs.ts';
import { keySearchQueries } from './find-keys.ts';
import { followUpQueries } from './follow-ups.ts';
import { glassBreakQueries } from './glass-breaks.ts';
import { homeQueries } from './home-reader.ts';
import type { Inbox } from './inbox.ts';
import { openInbox } from './inbox-table.ts';
import { incidentWorkQueries } from './incident-work.ts';
import { incidentQueries } from './incidents.ts';
import { keyQueries } from './key-queries.ts';
import { type Lease, type Leases, openLeases } from './leases.ts';
import { type KeyLookup, openLookup } from './lookup.ts';
import { announce } from './messages.ts';
import { type Durability, type LedgerDb, openLedgerFile } from './open.ts';
import type { Outbox } from './outbox.ts';
import { openOutbox } from './outbox-table.ts';
import { peerQueries } from './peers.ts';
import { type Pruned, prune } from './prune.ts';
import type { LedgerReader } from './reader.ts';
import { recordQueries } from './records.ts';
import { reportQueries } from './report-queries.ts';
import { reviewQueries } from './reviews.ts';
import { openRoomQueue, type RoomQueue } from './room-work.ts';
import { rotationQueries } from './rotations.ts';
import { runbookQueries } from './runbooks.ts';
import { runQueries } from './runs.ts';
import { scheduledRunQueries } from './scheduled-runs.ts';
import { secondFactorQueries } from './second-factors.ts';
import { countUsage, type UsageCount } from './usage.ts';
import { type AuditVerdict, type Progress, verifyAudit, verifyTail } from './verify-audit.ts';
import { type BackgroundCheck, verifyInBackground, type WatchOptions } from './verify-background.ts';
import { type TablesVerdict, verifyTables } from './verify-tables.ts';

/** Who records, when, and about what; what an event itself says about incident and run comes first. */
export interface RecordContext {
  at: Date;
  actor: Actor;
  channel: Channel;
  incident?: IncidentId | null;
  run?: RunId | null;
  step?: StepId | null;
  planHash?: string | null;
  /** A worker's right to write. When it is lost, nothing is written and LeaseLost is thrown. */
  lease?: Lease;
}

export interface Recording<T> {
  events: LedgerEvent[];
  result: T;
}

/** `subject`: what a request made that is neither a run nor an incident, as `key:key-…` or `rotation:rot-…`. */
export interface LedTo {
  run: RunId | null;
  incident: IncidentId | null;
  subject: string | null;
}

/** What a recording may ask before it says what happened: the ledger as it is inside this transaction. */
export interface RecordingTx {
  read: LedgerReader;
  /** What a request with this id led to before, or null. */
  seen: (source: string, id: string) => Promise<LedTo | null>;
  remember: (source: string, id: string, led: Omit<LedTo, 'subject'> & Partial<LedTo>) => Promise<void>;
  /** Makes an unfinished run due at once, with the change that it has to look at. */
  wake: (run: RunId) => Promise<void>;
}

/** Another worker has the run now. The one that sees this stops at once and touches nothing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

export interface Ledger {
  read: LedgerReader;
  /** For the verifier: synchronous, prepared once. */
  lookup: KeyLookup;
  /** One transaction: asks, decides, changes, audits, announces. Either all of it is durable when this returns, or none of it is. */
  record: <T>(context: RecordContext, work: (tx: RecordingTx) => Promise<Recording<T>>) => Promise<T>;
  leases: Leases;
  outbox: Outbox;
  /** What Slack has to be asked for about the channels of incidents. */
  rooms: RoomQueue;
  inbox: Inbox;
  answers: Answers;
  /** One durable commit, however many there are: all are counted or none. */
  countUsage: (counts: readonly UsageCount[]) => Promise<void>;
  /** The whole chain, line by line. */
  verifyAudit: (progress?: Progress) => Promise<AuditVerdict>;
  /** The part of it that a start has time for; see verifyInBackground. */
  verifyTail: () => Promise<AuditVerdict>;
  /** The rest of it, and the structure of the file, while the ledger is in use. */
  verifyInBackground: (options: WatchOptions) => BackgroundCheck;
  /** Whether the tables say what the audit says. Takes as long as the history is; meaningful only when the chain is whole. */
  verifyTables: () => Promise<TablesVerdict>;
  /** Deletes what was only kept for a while: dedupe and handled payloads 30 days, answers 48 h, counted usage 90 days. */
  prune: (now: Date) => Promise<Pruned>;
  /** Calls `listener` after every recording; returns how to stop. */
  onRecorded: (listener: () => void) => () => void;
  close: () => Promise<void>;
}

export async function openLedger(options: { file: string; now: () => Date; durability?: Durability }): Promise<Ledger> {
  const db = await openLedgerFile(options.file, options.durability);
  const listeners = new Set<() => void>();
  const lookup = openLookup(options.file, db);
  const chain = openChain(db);
  const read = readerOf(db);
  const record: Ledger['record'] = async (context, work) => {
    const result = await db.transaction().execute((tx) => recordIn({ tx, chain }, context, work));
    for (const listener of listeners) listener();
    return result;
  };
  return {
    read,
    lookup,
    record,
    leases: openLeases(db),
    outbox: openOutbox(db, options.now),
    rooms: openRoomQueue(db, options.now),
    inbox: openInbox(db),
    answers: openAnswers(db),
    countUsage: (counts) => countUsage(db, counts),
    verifyAudit: (progress) => verifyAudit(db, progress),
    verifyTail: () => verifyTail(db),
    verifyInBackground: (watch) => verifyInBackground({ ...options, db, record, read }, watch),
    verifyTables: () => verifyTables(db),
    prune: (at) => prune(db, at),
    onRecorded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      lookup.close();
      await db.destroy();
    },
  };
}

function readerOf(db: LedgerDb): LedgerReader {
  return {
    ...keyQueries(db),
    ...dueKeyQueries(db),
    ...keySearchQueries(db),
    ...reportQueries(db),
    ...rotationQueries(db),
    ...scheduledRunQueries(db),
    ...claimQueries(db),
    ...runQueries(db),
    ...controlQueries(db),
    ...fanOutQueries(db),
    ...followUpQueries(db),
    ...reviewQueries(db),
    ...approvalQueries(db),
    ...glassBreakQueries(db),
    ...incidentQueries(db),
    ...incidentWorkQueries(db),
    ...askQueries(db),
    ...peerQueries(db),
    ...canaryQueries(db),
    ...deliveryQueries(db),
    ...digestQueries(db),
    ...digestAnswerQueries(db),
    ...digestKeyQueries(db),
    ...recordQueries(db),
    ...auditQueries(db),
    ...runbookQueries(db),
    ...secondFactorQueries(db),
    ...homeQueries(db),
  };
}

async function recordIn<T>(
  { tx, chain }: { tx: LedgerDb; chain: AuditChain },
  context: RecordContext,
  work: (tx: RecordingTx) => Promise<Recording<T>>,
): Promise<T> {
  const head = await chain.takeHead(tx);
  if (context.lease !== undefined) await assertHeld(tx, context.lease);
  const wake = (run: RunId) => wakeRun(tx, run, stored(context.at));
  const { events, result } = await work({
    ...dedupeIn(tx, context.at),
    wake,
    // Made for those who ask: it is a good part of the cost of the others.
    get read() {
      return readerOf(tx);
    },
  });
  const lines: AuditLine[] = [];
  for (const event of events) {
    const about = contextOf(event, context);
    await applyEvent(tx, event, about);
    await announce(tx, event, about);
    lines.push({ context: about, event });
  }
  await chain.append(tx, head, lines);
  return result;
}

async function assertHeld(tx: LedgerDb, lease: Lease): Promise<void> {
  const row = await tx
    .selectFrom('runs')
    .select('lease_epoch')
    .where('id', '=', lease.run)
    .where('finished_at', 'is', null)
    .executeTakeFirst();
  if (row?.lease_epoch !== lease.epoch)
    throw new LeaseLost(`Run ${lease.run} is no longer held under epoch ${lease.epoch}.`);
}

function contextOf(event: LedgerEvent, context: RecordContext): AuditContext {
  const base: AuditContext = {
    at: context.at,
    actor: context.actor,
    channel: context.channel,
    incident: context.incident ?? null,
    run: context.run ?? null,
    step: context.step ?? null,
    planHash: context.planHash ?? null,
  };
  if (isIncidentWork(event)) return { ...base, incident: incidentOfWork(event) };
  switch (event.type) {
    case 'incident_opened':
      return { ...base, incident: event.incident.id };
    case 'alert_received':
      return { ...base, incident: event.alert.incident };
    case 'follow_up_added':
      return { ...base, incident: event.followUp.incident };
    case 'retrospective_due':
      return { ...base, incident: event.retrospective.incident };
    case 'retrospective_published':
    case 'summary_redrawn':
      return { ...base, incident: event.incident };
    case 'run_started':
      return { ...base, incident: event.run.incident, run: event.run.id };
    case 'entered_incident':
    case 'run_joined':
      return { ...base, run: event.run, incident: event.incident };
    case 'step_recorded':
    case 'step_skipped':
      return { ...base, run: event.run, step: event.record.step };
    case 'step_settled':
    case 'fan_out_planned':
    case 'fan_out_moved':
      return { ...base, run: event.run, step: event.step };
    case 'approval_requested':
      return { ...base, planHash: event.approval.planHash };
    default:
      return base;
  }
}

function dedupeIn(tx: LedgerDb, at: Date): Pick<RecordingTx, 'seen' | 'remember'> {
  return {
    seen: async (source, id) => {
      const row = await tx
        .selectFrom('dedupe')
        .selectAll()
        .where('source', '=', source)
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return null;
      return {
        run: row.run_id === null ? null : RunId.parse(row.run_id),
        incident: row.incident_id === null ? null : IncidentId.parse(row.incident_id),
        subject: row.subject,
      };
    },
    remember: async (source, id, led) => {
      await tx
        .insertInto('dedupe')
        .values({
          source,
          id,
          run_id: led.run,
          incident_id: led.incident,
          subject: led.subject ?? null,
          at: stored(at),
        })
        .execute();
    },
  };
}
