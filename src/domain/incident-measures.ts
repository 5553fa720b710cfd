import type { IncidentFacts } from './incident-facts.ts';
import type { Key } from './key.ts';
import { type Measure, type MeasureId, measuresOf, type RotationFacts } from './metrics.ts';
import { cite, type Source, type Sources, type Trail } from './summary-source.ts';
import type { Told } from './told.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Alerts that say that a secret was seen where it must not be. */
const EXPOSURE = /leak|secret_scanning|exposed/;

export type CitedMeasure = Measure & { sources: Sources };

/** M1 to M10 of one incident, as far as what is recorded lets them be measured, each with the lines it was counted from. */
export function incidentMeasures(facts: IncidentFacts, trail: Trail): CitedMeasure[] {
  const sources = sourcesOf(facts, trail);
  return measuresOf(rotationFacts(facts, trail)).map((measure) => ({
    ...measure,
    shown: measure.verdict === 'not_measurable' ? 'not measured' : measure.shown,
    sources: cite(trail, ...sources[measure.id]),
  }));
}

function rotationFacts(facts: IncidentFacts, trail: Trail): RotationFacts {
  const { failed } = facts;
  const revokedAt = failed?.revokedAt ?? null;
  const deadAt = failed?.provedDeadAt ?? null;
  // An expired key was refused before anybody revoked it; then there is nothing to wait for.
  const wasDead = revokedAt !== null && deadAt !== null && deadAt < revokedAt;
  const exposures = trail.of('alert_received', ({ alert }) => EXPOSURE.test(alert.alert)).length;
  return {
    rotations: rotationsOf(facts),
    dayAfter: dayAfter(facts),
    rejectedInHour: rejectedInHour(facts),
    revocations: revokedAt === null || wasDead ? [] : [{ revokedAt, rejectedAt: deadAt }],
    attempts: {
      failed: attempts(trail, hasFailed).length,
      all: attempts(trail, (record) => hasFailed(record) || hasEnded(record)).length,
    },
    events: eventsOf(facts, trail),
    canaries: {
      failed: trail.of('canary_ended', ({ outcome }) => outcome === 'returned').length,
      all: trail.of('canary_ended').length,
    },
    // That no alert came does not show that anybody looked.
    exposures: exposures === 0 ? null : exposures,
    failures: failuresOf(facts),
  };
}

/** The version that took the place of the one that failed, or null. */
function replacementOf({ failed, current }: Pick<IncidentFacts, 'failed' | 'current'>): Key | null {
  return failed === null || current === null || current.id === failed.id ? null : current;
}

function rotationsOf(facts: IncidentFacts): RotationFacts['rotations'] {
  const { failed, run, incident } = facts;
  if (failed === null) return [];
  const next = replacementOf(facts);
  const activeAt = next === null ? null : latest(next.activatedAt, next.provedLiveAt);
  const completed = next !== null && next.provedLiveAt !== null && failed.provedDeadAt !== null;
  return [{ initiatedAt: run?.startedAt ?? incident.reportedAt, activeAt, completed }];
}

/** From when on only the new key should be called with; null while that is not reached. */
export function overAt(facts: Pick<IncidentFacts, 'failed' | 'current'>): Date | null {
  const next = replacementOf(facts);
  const { failed } = facts;
  if (next === null || failed === null || failed.revokedAt === null) return null;
  return latest(failed.revokedAt, failed.graceEndsAt, next.provedLiveAt);
}

function dayAfter(facts: IncidentFacts): RotationFacts['dayAfter'] {
  const from = overAt(facts);
  if (from === null) return null;
  const counted = (uses: IncidentFacts['usage']) =>
    uses
      .filter(({ minute }) => minute >= from && minute.getTime() < from.getTime() + DAY_MS)
      .reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0);
  const [withOld, withNew] = [counted(facts.usage), counted(facts.usageOfCurrent)];
  return withOld + withNew === 0 ? null : { withOld, all: withOld + withNew };
}

function rejectedInHour(facts: IncidentFacts): RotationFacts['rejectedInHour'] {
  const from = overAt(facts);
  const { failed } = facts;
  if (from === null || failed === null) return null;
  const calls = [...facts.usage, ...facts.usageOfCurrent].filter(({ minute }) => minute >= from);
  if (calls.length === 0) return null;
  const byHour = new Map<number, number>();
  for (const { minute, rejected } of calls) {
    const hour = Math.floor((minute.getTime() - from.getTime()) / HOUR_MS);
    byHour.set(hour, (byHour.get(hour) ?? 0) + rejected);
  }
  return [{ service: failed.service, count: Math.max(...byHour.values()) }];
}

type Recorded = Extract<Told, { type: 'step_recorded' }>['record'];

function hasFailed(record: Recorded): boolean {
  return record.state === 'failed' || (record.state === 'waiting' && record.waiting.kind === 'retry');
}

function hasEnded({ state }: Recorded): boolean {
  return state === 'done';
}

function attempts(trail: Trail, test: (record: Recorded) => boolean): Source[] {
  return trail.of('step_recorded', ({ record }) => test(record));
}

/** Every row of the incident held against the audit: a fact without its line was written by nobody. */
function eventsOf({ entries, runs, approvals, asks, notices, evidence }: IncidentFacts, trail: Trail) {
  const there = new Set(entries.map(({ action, subject }) => `${action} ${subject}`));
  const expected = [
    // What a run did before it belonged to the incident stands outside of it.
    ...runs
      .filter(({ id }) => trail.of('entered_incident', ({ run }) => run === id).length === 0)
      .flatMap((run) => [
        `run_started run:${run.id}`,
        ...(run.finishedAt === null ? [] : [`run_finished run:${run.id}`]),
      ]),
    ...approvals.flatMap(({ id, outcome }) => [
      `approval_requested approval:${id}`,
      ...(outcome === null ? [] : [`approval_decided approval:${id}`]),
    ]),
    ...asks.map(({ id }) => `ask_opened ask:${id}`),
    ...notices.map(({ id }) => `notice_issued notice:${id}`),
    ...evidence.map(({ id }) => `evidence_captured evidence:${id}`),
  ];
  return { written: expected.filter((line) => there.has(line)).length, expected: expected.length };
}

/** A step that failed is well again when it was done later. */
function failuresOf({ runs }: IncidentFacts): RotationFacts['failures'] {
  return runs
    .flatMap(({ steps }) => Object.values(steps))
    .filter((record) => record.state === 'failed' || (record.state === 'done' && record.attempts > 1))
    .map((record) => ({
      failedAt: record.state === 'failed' ? (record.endedAt ?? record.startedAt) : record.startedAt,
      restoredAt: record.state === 'failed' ? null : record.endedAt,
    }));
}

function sourcesOf(facts: IncidentFacts, trail: Trail): Record<MeasureId, Source[]> {
  const { failed, evidence } = facts;
  const next = replacementOf(facts);
  const ofKey = (key: Key | null, type: 'key_activated' | 'key_proved_live' | 'key_proved_dead' | 'key_revoked') =>
    key === null ? [] : trail.of(type, (event) => event.key === key.id);
  const usage = (key: Key | null): Source[] => (key === null ? [] : [{ kind: 'row', row: `usage:${key.id}` }]);
  const calls = dayAfter(facts) === null ? [] : [...usage(failed), ...usage(next)];
  const failures = attempts(trail, hasFailed);
  const written = [...trail.of('run_started'), ...trail.of('approval_requested'), ...trail.of('ask_opened')];
  const told = evidence.length === 0 ? [] : trail.of('evidence_captured');
  return {
    M1: [...trail.of('run_started'), ...ofKey(next, 'key_proved_live'), ...ofKey(failed, 'key_proved_dead')],
    M2: [...trail.of('run_started'), ...ofKey(next, 'key_activated'), ...ofKey(next, 'key_proved_live')],
    M3: calls,
    M4: calls,
    M5: [...ofKey(failed, 'key_revoked'), ...ofKey(failed, 'key_proved_dead')],
    M6: [...failures, ...attempts(trail, hasEnded)],
    M7: [...written, ...trail.of('notice_issued'), ...told],
    M8: trail.of('canary_ended'),
    M9: trail.of('alert_received', ({ alert }) => EXPOSURE.test(alert.alert)),
    M10: [...failures, ...(failuresOf(facts).length === 0 ? [] : attempts(trail, hasEnded))],
  };
}

function latest(...instants: readonly (Date | null)[]): Date | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
