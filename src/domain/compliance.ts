import type { Key, KeyClass, KeyState } from './key.ts';

const DAY_MS = 24 * 3_600_000;

export interface OldKey {
  key: Key;
  ageDays: number;
  maxAgeDays: number;
}

/** How many keys are younger than their class allows, and which are not. */
export interface Compliance {
  at: Date;
  /** Current, active keys of classes that have a maximum age. */
  judged: number;
  compliant: number;
  /** Whole percent, rounded down: 100 means all of them. */
  percentage: number;
  /** Oldest first. */
  overdue: OldKey[];
  /** Active keys of classes without a maximum age, and of the class `ephemeral`. */
  exempt: number;
}

/** Days that a key of each class may be in use; null: the class is exempt. */
export type MaxAgeOf = (keyClass: KeyClass) => number | null;

/**
 * `older` is every current, active key that is older than its class allows. A key in grace is not among them: its replacement is in use, and
 * counting it would hold against a team that it rotates (the scheduler recipe did).
 */
export function complianceOf(
  older: readonly Key[],
  {
    counts,
    maxAgeOf,
    now,
  }: { counts: readonly { class: KeyClass; state: KeyState; count: number }[]; maxAgeOf: MaxAgeOf; now: Date },
): Compliance {
  const active = counts.filter(({ state }) => state === 'active');
  const sum = (of: readonly { count: number }[]) => of.reduce((total, { count }) => total + count, 0);
  const judged = sum(active.filter((one) => maxAgeOf(one.class) !== null));
  const overdue = older
    .flatMap((key) => {
      const maxAgeDays = maxAgeOf(key.class);
      return maxAgeDays === null ? [] : [{ key, ageDays: ageDaysOf(key, now), maxAgeDays }];
    })
    .sort((a, b) => inUseSince(a.key).getTime() - inUseSince(b.key).getTime());
  const compliant = Math.max(0, judged - overdue.length);
  return {
    at: now,
    judged,
    compliant,
    percentage: judged === 0 ? 100 : Math.floor((compliant / judged) * 100),
    overdue,
    exempt: sum(active) - judged,
  };
}

/** Whole days in use, rounded down. */
export function ageDaysOf(key: Pick<Key, 'activatedAt' | 'createdAt'>, now: Date): number {
  return Math.floor((now.getTime() - inUseSince(key).getTime()) / DAY_MS);
}

/** What was in use before that is too old. */
export function oldestAllowed(maxAgeDays: number, now: Date): Date {
  return new Date(now.getTime() - maxAgeDays * DAY_MS);
}

function inUseSince({ activatedAt, createdAt }: Pick<Key, 'activatedAt' | 'createdAt'>): Date {
  return activatedAt ?? createdAt;
}

const COLUMNS = [
  'key',
  'version',
  'class',
  'service',
  'environment',
  'owner',
  'state',
  'in_use_since',
  'age_days',
  'max_age_days',
  'compliant',
  'expires_at',
] as const;

/** Evidence for an auditor: every key with its age, oldest first, as CSV (RFC 4180). */
export function complianceCsv(keys: readonly Key[], { maxAgeOf, now }: { maxAgeOf: MaxAgeOf; now: Date }): string {
  const rows = keys
    .filter(({ state }) => state === 'active')
    .toSorted((a, b) => inUseSince(a).getTime() - inUseSince(b).getTime())
    .map((key) => {
      const [age, most] = [ageDaysOf(key, now), maxAgeOf(key.class)];
      const verdict = most === null ? 'exempt' : inUseSince(key) < oldestAllowed(most, now) ? 'no' : 'yes';
      const since = inUseSince(key).toISOString();
      const { slug, version, service, environment, owner, state, expiresAt } = key;
      return [
        slug,
        version,
        key.class,
        service,
        environment,
        owner,
        state,
        since,
        age,
        most,
        verdict,
        expiresAt?.toISOString(),
      ];
    });
  return [COLUMNS, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** A spreadsheet takes a cell that begins with one of these for a formula, and runs it. */
const FORMULA = /^[=+\-@\t\r]/;

export function csvCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
