import type { LedgerEvent } from '../domain/event.ts';
import { retrospectiveSubject } from '../domain/follow-up.ts';
import type { RunId } from '../domain/ids.ts';
import type { AuditContext } from './audit.ts';
import { compiledOnce } from './compiled.ts';
import { digestsShowing } from './digest-messages.ts';
import type { LedgerDb } from './open.ts';

/** The subjects of messages that show something which this event changed. */
export async function touchedBy(tx: LedgerDb, event: LedgerEvent, context: AuditContext): Promise<string[]> {
  return [
    ...new Set([
      ...shownBy(event, context),
      ...(await ancestorsTouchedBy(tx, event, context)),
      ...(await partsTouchedBy(tx, event)),
      ...(await questionsTouchedBy(tx, event)),
      ...(await nagsTouchedBy(tx, event)),
      ...(await digestsShowing(tx, event)),
      ...(await dispatchesTouchedBy(tx, event)),
    ]),
  ];
}

function shownBy(event: LedgerEvent, context: AuditContext): string[] {
  const subjects: string[] = [];
  if (context.run !== null) subjects.push(context.run);
  // A run that is paused or cancelled with the one that started it: the line stands under that one.
  if ('run' in event && typeof event.run === 'string') subjects.push(event.run);
  if (context.incident !== null) subjects.push(context.incident);
  if ('approval' in event && typeof event.approval === 'string') subjects.push(event.approval);
  if (event.type === 'alarm_ended') subjects.push(event.alarm);
  if ('followUp' in event && typeof event.followUp === 'string') subjects.push(event.followUp);
  if ('review' in event && typeof event.review === 'string') subjects.push(event.review);
  if (isAskEvent(event) && event.type !== 'ask_opened') subjects.push(event.ask);
  if ('dispatch' in event && typeof event.dispatch === 'string') subjects.push(event.dispatch);
  if (event.type === 'peer_reached' || event.type === 'peer_waived') subjects.push(event.key);
  return subjects;
}

/** A run that another one started is shown in the message of that one: how far it is, and whom it waits for. */
async function ancestorsTouchedBy(tx: LedgerDb, event: LedgerEvent, context: AuditContext): Promise<string[]> {
  const run = runThatMoves(event, context);
  const found: string[] = [];
  for (let at: string | null = run; at !== null; ) {
    const query = compiledOnce(tx, 'parent of a run', () =>
      tx.selectFrom('runs').select('parent_run').where('id', '=', '').compile(),
    );
    const { rows } = await tx.executeQuery<{ parent_run: string | null }>({ ...query, parameters: [at] });
    at = rows[0]?.parent_run ?? null;
    if (at !== null) found.push(at);
  }
  return found;
}

function runThatMoves(event: LedgerEvent, context: AuditContext): RunId | null {
  switch (event.type) {
    case 'step_recorded':
      return event.record.state === 'started' ? null : context.run;
    case 'run_paused':
    case 'run_resumed':
    case 'run_finished':
      return event.run;
    default:
      return null;
  }
}

/** What waits for an approval to leave the company says how it ended. */
async function dispatchesTouchedBy(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  if (event.type !== 'approval_decided') return [];
  const rows = await tx.selectFrom('dispatches').select('id').where('approval_id', '=', event.approval).execute();
  return rows.map(({ id }) => id);
}

/** The messages of other days that name it as still to be done. */
async function nagsTouchedBy(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  const about = naggedAbout(event);
  if (about === null) return [];
  const rows = await tx.selectFrom('nag_items').select('nag_id').where('subject', '=', about).execute();
  return rows.map((row) => row.nag_id);
}

function naggedAbout(event: LedgerEvent): string | null {
  if (event.type === 'retrospective_published') return retrospectiveSubject(event.incident);
  return 'followUp' in event && typeof event.followUp === 'string' ? event.followUp : null;
}

function isAskEvent(event: LedgerEvent): event is Extract<LedgerEvent, { type: `ask_${string}` }> {
  return event.type.startsWith('ask_');
}

/** What is asked about a step changes with the step and with the end of its run; a reminder with its question or its approval. */
async function partsTouchedBy(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  if (event.type === 'approval_decided') return subjectsBelow(tx, event.approval, 'approval_reminder');
  const about = askedAbout(event);
  if (about === null) return [];
  return subjectsBelow(tx, about, isAskEvent(event) ? 'ask_reminder' : 'doubt');
}

async function subjectsBelow(
  tx: LedgerDb,
  about: string,
  surface: 'ask_reminder' | 'approval_reminder' | 'doubt',
): Promise<string[]> {
  const rows = await tx
    .selectFrom('messages')
    .select('subject')
    .where('surface', '=', surface)
    // '/' follows '.', so this is every subject that begins with `<about>.`.
    .where('subject', '>=', `${about}.`)
    .where('subject', '<', `${about}/`)
    .execute();
  return rows.map((row) => row.subject);
}

function askedAbout(event: LedgerEvent): string | null {
  if (isAskEvent(event)) return event.type === 'ask_opened' ? null : event.ask;
  if (event.type === 'step_recorded') return event.record.token;
  return event.type === 'run_finished' ? event.run : null;
}

/** Questions that nobody waits for any more, or for which somebody waits again: their messages say so. */
async function questionsTouchedBy(tx: LedgerDb, event: LedgerEvent): Promise<string[]> {
  const ended = runThatStops(event);
  if (ended === null) return [];
  const rows = await tx
    .selectFrom('asks')
    .select('id')
    .where('run_id', '=', ended)
    .where('answer', 'is', null)
    .where('pushed_back', 'is', null)
    .execute();
  const subjects: string[] = [];
  for (const { id } of rows) subjects.push(id, ...(await subjectsBelow(tx, id, 'ask_reminder')));
  return subjects;
}

function runThatStops(event: LedgerEvent): RunId | null {
  switch (event.type) {
    case 'run_finished':
    case 'run_cancel_requested':
    case 'run_stopped':
    case 'run_overdue':
    case 'run_reopened':
    case 'steps_reset':
    case 'step_skipped':
      return event.run;
    case 'step_recorded':
      // A deadline ends a question without an answer.
      return event.record.state === 'failed' ? event.run : null;
    default:
      return null;
  }
}
