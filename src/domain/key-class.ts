/** What key-classes.yaml says of one class, as far as steps need it. */
export interface ClassRule {
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
