import type { NoticeDelivery } from './dispatch.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { nameOf } from './key.ts';
import { behind, standing } from './peer.ts';
import type { Run, StepRecord } from './run.ts';
import { toldAbout } from './told-about.ts';

/** Evidence of this kind: a person showed the tested reminder that Rekey cannot test itself, under their name. */
export const REMINDER_BY_HAND = 'reminder_by_hand';

/**
 * Why this incident may not close yet, in sentences that say what is missing; empty when the gate of design/keys.md is met: every run
 * ended, production is proved to work again, everybody affected was told, and the reminder that would have prevented it was test-fired.
 * What somebody has waived with their name and a reason is not missing. Of an incident that was opened again only what was done since counts.
 */
export function openPointsOf(facts: IncidentFacts): string[] {
  const waived = new Set(facts.waivers.map(({ point }) => point));
  return allPoints(facts).filter((point) => !waived.has(point));
}

function allPoints(facts: IncidentFacts): string[] {
  return [
    ...runsOpen(facts),
    ...recoveryOpen(facts),
    ...tellingOpen(facts),
    ...peersOpen(facts),
    ...reminderOpen(facts),
  ];
}

function runsOpen({ run, runs }: IncidentFacts): string[] {
  const others = runs.filter((one) => one.id !== run?.id && one.finishedAt === null);
  const open = others.map((one) => `${one.runbook.id} (${one.id}) has not ended.`);
  if (run === null) return open;
  return [
    ...open,
    ...(run.cancelRequestedAt === null ? [] : [`${run.runbook.id} was cancelled before it was through.`]),
    ...Object.values(run.steps).flatMap((record) => stepOpen(record, run)),
  ];
}

function stepOpen(record: StepRecord, run: Run): string[] {
  if (record.undoError !== null) return [`Step ${record.step} could not be undone: ${record.undoError}`];
  if (record.state === 'in_doubt') return [`Step ${record.step} is in doubt: ${record.question}`];
  if (record.state !== 'failed') return [];
  // A runbook may go on after a failure (`on_failure`); then what came of it is judged by the other points.
  const wentOn = Object.values(run.steps).some((one) => one.state === 'done' && one.ordinal > record.ordinal);
  return wentOn ? [] : [`${run.runbook.id} stopped at ${record.step}: ${record.error}`];
}

function recoveryOpen({ incident, failed }: IncidentFacts): string[] {
  const points: string[] = [];
  if (incident.recoveredAt === null) points.push('Nothing on record proves that production works again.');
  if (failed?.revokedAt && failed.provedDeadAt === null)
    points.push(`${nameOf(failed)} was revoked, and no probe has seen it rejected yet.`);
  return points;
}

function tellingOpen(facts: IncidentFacts): string[] {
  const { told, missing } = toldAbout(facts);
  if (told.size === 0 && missing.length === 0)
    return [
      'Nobody was told which key failed, when its replacement is available and whether data integrity is at risk.',
    ];
  const named = new Set(missing.flatMap(({ addressee }) => addressee.about));
  const callers = [...new Set(facts.usage.map((use) => use.caller))].sort();
  return [
    ...callers
      .filter((caller) => !told.has(`caller:${caller}`) && !named.has(`caller:${caller}`))
      .map((caller) => `The caller ${caller} was not told which key failed and when its replacement is available.`),
    ...missing.map(
      ({ state, addressee: { name, address } }) => `${name} (${address}), outside, was not told: ${WHY_NOT[state]}.`,
    ),
  ];
}

const WHY_NOT: Record<NoticeDelivery['state'], string> = {
  queued: 'the notice is on its way',
  sending: 'the notice is on its way',
  sent: 'the notice arrived',
  in_doubt: 'nobody knows whether the notice arrived',
  bounced: 'the notice bounced',
  given_up: 'the notice was given up',
  withdrawn: 'the notice was withdrawn before it left',
};

// A peer that still pins the old key is somebody whose pulls will stop, or who goes on trusting what has leaked.
function peersOpen({ board }: IncidentFacts): string[] {
  if (board === null) return [];
  return behind(board, 'pinned').map(
    (row) => `The peer ${row.peer.name} does not trust the new key yet: ${standing(row)}.`,
  );
}

function reminderOpen({ current, reminder, evidence }: IncidentFacts): string[] {
  if (current === null || evidence.some((one) => one.kind === REMINDER_BY_HAND)) return [];
  if (reminder === null) return [`No reminder is set for ${nameOf(current)}.`];
  return reminder.tested === null ? [`The reminder for ${nameOf(current)} was never test-fired.`] : [];
}
