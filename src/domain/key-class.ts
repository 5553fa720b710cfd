export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A stretch of each of these days, `from` included and `to` not: hours and minutes on a wall clock (`09:00`, `24:00`). */
export interface Window {
  days: readonly (typeof WEEKDAYS)[number][];
  from: string;
  to: string;
}

/** What key-classes.yaml says of one class, as far as steps need it. */
export interface ClassRule {
  graceHours: { default: number; longest: number };
  /** People who have to agree before a key of this class is replaced. */
  approvals: { planned: number; emergency: number };
  /** What a production key of this class has to have. */
  required: readonly ('owner' | 'escalation' | 'runbook')[];
  /** May rotate without a person when its time has come. */
  automatic: boolean;
  /** How long before a planned rotation begins its owner hears of it. */
  leadHours: number;
  /** When planned rotations may begin, on a clock of the team's zone; empty: at any time. */
  windows: readonly Window[];
  /** A new key of this class expires after so many days; null: keys of this class are not minted by a runbook. */
  maxAgeDays: number | null;
  /** Days before expiry at which its owner is warned. */
  warnDays: readonly number[];
  /** Whether a runbook may revoke it; if not, people do that at the provider. */
  revocable: boolean;
}

const ANYTHING = /^(\*|.*[:./]\*)$/;

/**
 * The least set of scopes that the ledger can justify. It knows what the owner registered and how often each caller called, but not
 * which scope a call used; so "least" is what somebody named: doubles go, and `*` or `payments:*` go where named scopes stand beside
 * them. A key that has nothing but wildcards keeps them, because dropping them would mint a key that can do nothing.
 */
export function leastScopes(scopes: readonly string[]): string[] {
  const unique = [...new Set(scopes)].sort();
  const named = unique.filter((scope) => !isWildcard(scope));
  return named.length > 0 ? named : unique;
}

export function isWildcard(scope: string): boolean {
  return ANYTHING.test(scope);
}
