import type { KeyClass } from './key.ts';

export interface ClassRule {
  /** A new key of this class expires after so many days; null: keys of this class are not minted by a runbook. */
  maxAgeDays: number | null;
  /** Days before expiry at which its owner is warned. */
  warnDays: readonly number[];
  /** Whether a runbook may revoke it; if not, people do that at the provider. */
  revocable: boolean;
}

const QUARTERLY: ClassRule = { maxAgeDays: 90, warnDays: [30, 14, 7, 3, 1, 0], revocable: true };

/** The ages of design/keys.md and of Stigmem's key-rotation guide (seed 000): 90 days, a node's federation identity 365. */
const RULES: Record<KeyClass, ClassRule> = {
  api_key: QUARTERLY,
  issuer_key: QUARTERLY,
  federation_key: { ...QUARTERLY, maxAgeDays: 365, warnDays: [60, 30, 14, 7, 3, 1, 0] },
  // Losing it loses the data under it: the last known-good one is restored, and a rekey is planned for a quiet hour.
  passphrase: { ...QUARTERLY, maxAgeDays: null, revocable: false },
  jwt: QUARTERLY,
  certificate: QUARTERLY,
  database: QUARTERLY,
  webhook_secret: QUARTERLY,
  deploy_key: QUARTERLY,
  // A new version has to reach what customers hold in their hands.
  embedded: { ...QUARTERLY, warnDays: [60, 30, 14, 7, 3, 1, 0], revocable: false },
  ephemeral: { maxAgeDays: 1, warnDays: [], revocable: true },
};

export function classRule(keyClass: KeyClass): ClassRule {
  return RULES[keyClass];
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
