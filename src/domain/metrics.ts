/** What was observed of rotations, from which the measures follow. Everything is an instant or a count; nothing is an opinion. */
export interface RotationFacts {
  /** `completed`: new key in use, old one revoked and proved dead. Partial is not success. `activeAt`: the new key works from then on. */
  rotations: readonly { initiatedAt: Date; activeAt: Date | null; completed: boolean }[];
  /** Calls in the day after it was all over: grace, revoking, and the proof of the new key. Rejected ones count. Null: nobody called then. */
  dayAfter: { withOld: number; all: number } | null;
  /** Rejected calls in the busiest hour after a rotation, by service. Null: nobody called then. */
  rejectedInHour: readonly { service: string; count: number }[] | null;
  /** By probe: when the last place that verifies was first seen to refuse the key. */
  revocations: readonly { revokedAt: Date; rejectedAt: Date | null }[];
  /** Attempts of steps, not runs: a retry that saved the run failed before. */
  attempts: { failed: number; all: number };
  events: { written: number; expected: number };
  canaries: { failed: number; all: number };
  /** Secrets seen where they must not be. Null: nobody looked. */
  exposures: number | null;
  /** `restoredAt`: the new key works, or what was before is back. */
  failures: readonly { failedAt: Date; restoredAt: Date | null }[];
}

export const MEASURES = ['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9', 'M10'] as const;
export type MeasureId = (typeof MEASURES)[number];

export interface Measure {
  id: MeasureId;
  name: string;
  target: string;
  /** Percent, milliseconds or a count, as `shown` says it; null when there was nothing to measure it by. */
  value: number | null;
  shown: string;
  verdict: 'met' | 'missed' | 'not_measurable';
}

const MINUTE_MS = 60_000;
const NEVER = Number.POSITIVE_INFINITY;

/** M1 to M10 with their targets (design/keys.md). A measure without its fact says so and is never met by silence. */
export function measuresOf(facts: RotationFacts): Measure[] {
  const { rotations, dayAfter, attempts, events, canaries } = facts;
  const completed = rotations.filter(({ completed: done }) => done);
  const toActive = completed.map(({ initiatedAt, activeAt }) => spanMs(initiatedAt, activeAt));
  const toRejected = facts.revocations.map(({ revokedAt, rejectedAt }) => spanMs(revokedAt, rejectedAt));
  const toRestored = facts.failures.map(({ failedAt, restoredAt }) => spanMs(failedAt, restoredAt));
  const rejected = facts.rejectedInHour?.map(({ count }) => count) ?? [];
  return [
    percent(TARGETS.M1, shareOf(completed.length, rotations.length), (value) => value >= 99.9),
    duration(TARGETS.M2, longest(toActive), (ms) => ms < 5 * MINUTE_MS),
    percent(TARGETS.M3, dayAfter === null ? null : shareOf(dayAfter.withOld, dayAfter.all), (value) => value < 1),
    count(TARGETS.M4, longest(rejected), (value) => value < 5),
    duration(TARGETS.M5, longest(toRejected), (ms) => ms < 2 * MINUTE_MS),
    percent(TARGETS.M6, shareOf(attempts.failed, attempts.all), (value) => value < 0.1),
    percent(TARGETS.M7, shareOf(events.written, events.expected), (value) => value === 100),
    percent(TARGETS.M8, shareOf(canaries.failed, canaries.all), (value) => value === 0),
    count(TARGETS.M9, facts.exposures, (value) => value === 0),
    duration(TARGETS.M10, longest(toRestored), (ms) => ms < 15 * MINUTE_MS),
  ];
}

type Target = Pick<Measure, 'id' | 'name' | 'target'>;

const TARGETS = {
  M1: { id: 'M1', name: 'rotations that succeeded', target: '≥ 99.9 %' },
  M2: { id: 'M2', name: 'initiated → new key active', target: '< 5 min' },
  M3: { id: 'M3', name: 'calls with the old key in the day after', target: '< 1 %' },
  M4: { id: 'M4', name: 'rejected calls in an hour after', target: '< 5' },
  M5: { id: 'M5', name: 'revoked → seen rejected', target: '< 2 min' },
  M6: { id: 'M6', name: 'attempts of steps that failed', target: '< 0.1 %' },
  M7: { id: 'M7', name: 'events on record', target: '100 %' },
  M8: { id: 'M8', name: 'canaries that failed', target: '0 %' },
  M9: { id: 'M9', name: 'secrets seen where they must not be', target: '0' },
  M10: { id: 'M10', name: 'failure → working again', target: '< 15 min' },
} as const satisfies Record<MeasureId, Target>;

function percent(target: Target, value: number | null, isMet: (value: number) => boolean): Measure {
  return measure(target, value, { isMet, show: (share) => `${Number(share.toFixed(2))} %` });
}

function duration(target: Target, value: number | null, isMet: (ms: number) => boolean): Measure {
  return measure(target, value, { isMet, show: (ms) => (ms === NEVER ? 'never' : clockText(ms)) });
}

function count(target: Target, value: number | null, isMet: (value: number) => boolean): Measure {
  return measure(target, value, { isMet, show: String });
}

function measure(
  target: Target,
  value: number | null,
  { isMet, show }: { isMet: (value: number) => boolean; show: (value: number) => string },
): Measure {
  if (value === null) return { ...target, value, shown: 'not measurable here', verdict: 'not_measurable' };
  // JSON has no infinity; what never happened has no number, and is missed.
  const finite = value === NEVER ? null : value;
  return { ...target, value: finite, shown: show(value), verdict: isMet(value) ? 'met' : 'missed' };
}

function shareOf(part: number, all: number): number | null {
  return all === 0 ? null : (part / all) * 100;
}

function spanMs(from: Date, to: Date | null): number {
  return to === null ? NEVER : Math.max(0, to.getTime() - from.getTime());
}

function longest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function clockText(ms: number): string {
  if (ms < MINUTE_MS) return `${(ms / 1_000).toFixed(1)} s`;
  const [minutes, seconds] = [Math.floor(ms / MINUTE_MS), Math.round((ms % MINUTE_MS) / 1_000)];
  return minutes < 60 ? `${minutes} min ${seconds} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
