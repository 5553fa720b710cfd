/** An independent reading of the rules: hand-written tables and counting of letters, nothing of src/. People are their first letters. */
export interface Cell {
  rule: keyof typeof TABLES;
  tier: 1 | 2 | 3;
  emergency: boolean;
  freeze: boolean;
  compromised: boolean;
  /** Whether the deadline has passed before the first vote or after it. */
  late: 'never' | 'first' | 'second';
  proof: 'given' | 'wrong';
  /** `b+` yes without a reason, `c*` yes with one, `d-` no. */
  votes: readonly string[];
}

interface Way {
  letters: string;
  yes: number;
  no: number;
  only?: 'emergency' | 'calm' | 'reason' | 'elsewhere';
}

/**
 * a: asked for it and is on call · b: security and on call · c: owns the key · d: security · e: speaks for the freeze · f: on call ·
 * m: nobody. The key is in production.
 */
export const TABLES = {
  one_of_two_kinds: [{ letters: 'bcd', yes: 1, no: 1 }],
  two_of_many: [{ letters: 'abdf', yes: 2, no: 1 }],
  owner_with_reason: [
    { letters: 'c', yes: 1, no: 1, only: 'reason' },
    { letters: 'bdf', yes: 2, no: 1 },
  ],
  by_emergency: [
    { letters: 'bf', yes: 1, no: 1, only: 'emergency' },
    { letters: 'bd', yes: 2, no: 1, only: 'calm' },
  ],
  elsewhere_or_two_noes: [
    { letters: 'c', yes: 1, no: 1, only: 'elsewhere' },
    { letters: 'bdcf', yes: 2, no: 2 },
  ],
} as const satisfies Record<string, readonly Way[]>;

/** What each vote gets, in order: `counted`, `approved`, `rejected` or the code of a refusal. */
export function oracle(cell: Cell): string[] {
  const ways = (TABLES[cell.rule] as readonly Way[]).filter(
    ({ only }) =>
      only === undefined ||
      only === 'reason' ||
      (only === 'emergency' && cell.emergency) ||
      (only === 'calm' && !cell.emergency),
  );
  const frozen = cell.freeze && !cell.emergency;
  const banned = cell.compromised ? 'ac' : 'a';
  const heard = `${ways.map(({ letters }) => letters).join('')}${frozen ? 'e' : ''}`;
  let said = '';
  let over = false;
  return cell.votes.map((vote, index) => {
    const [who = '', how = ''] = vote;
    if (over) return 'already_decided';
    if (cell.late === 'first' || (cell.late === 'second' && index > 0)) return 'approval_expired';
    if (who === 'a') return 'own_request';
    if (banned.includes(who)) return 'custodian';
    if (!heard.includes(who)) return 'not_an_approver';
    if (said.includes(who)) return 'already_voted';
    if (how !== '-' && cell.proof === 'wrong' && cell.tier > 1)
      return cell.tier === 2 ? 'confirmation_needed' : 'code_needed';
    said += vote;
    const verdict = verdictOf(said, { ways, frozen, banned });
    over = verdict !== 'counted';
    return verdict;
  });
}

function verdictOf(said: string, { ways, frozen, banned }: { ways: readonly Way[]; frozen: boolean; banned: string }) {
  const count = (letters: string, signs: string) =>
    [...letters].filter((who) => !banned.includes(who) && [...signs].some((sign) => said.includes(who + sign))).length;
  if (ways.some(({ letters, no }) => count(letters, '-') >= no)) return 'rejected';
  if (frozen && count('e', '-') > 0) return 'rejected';
  const enough = ways.some(({ letters, yes, only }) => count(letters, only === 'reason' ? '*' : '+*') >= yes);
  return enough && (!frozen || count('e', '+*') > 0) ? 'approved' : 'counted';
}
