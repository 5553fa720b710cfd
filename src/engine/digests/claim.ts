import { claimUntil, type ExpiryClaim, lacksOf } from '../../domain/digest/claim.ts';
import { instantText } from '../../domain/instant.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import { recordOnKey } from '../keys/record-on-key.ts';
import type { DigestsDeps } from './deps.ts';
import type { OnDigestKey } from './digests.ts';
import { assertCurrent, assertNothingUnderWay, personOrRefuse } from './on-key.ts';

export async function claim(deps: DigestsDeps, request: OnDigestKey): Promise<ExpiryClaim> {
  const by = personOrRefuse(request);
  const key = await recordOnKey(
    deps,
    { ...request, reason: 'claimed from the digest' },
    {
      verb: 'rotate',
      doing: 'claim',
      decide: async ({ key, read, now }) => {
        assertCurrent(key);
        const before = await read.openExpiryClaim(key.id);
        if (before?.by === by) return [];
        if (before !== null) throw claimed(key, before);
        await assertNothingUnderWay(read, key);
        const until = claimUntil(key, now);
        const made = { id: deps.newId('clm'), key: key.id, by, at: now, until, lacked: lacksOf(key), end: null };
        return [{ type: 'digest_key_claimed', claim: made }];
      },
    },
  );
  const open = await deps.ledger.read.openExpiryClaim(key.id);
  if (open !== null) return open;
  throw new Refusal('not_claimed', `Your claim on ${nameOf(key)} has ended since; press Claim again.`);
}

function claimed(key: Key, { by, at, until }: ExpiryClaim): Refusal {
  return new Refusal(
    'already_claimed',
    `${by} has claimed ${nameOf(key)} at ${instantText(at)} and has until ${instantText(until)}. Without a rotation by then it is free again.`,
  );
}

/** Only the one who claimed it: the schedule takes it back from everybody else. */
export async function letGo(deps: DigestsDeps, request: OnDigestKey): Promise<void> {
  const by = personOrRefuse(request);
  await recordOnKey(
    deps,
    { ...request, reason: 'given back from the digest' },
    {
      verb: 'rotate',
      doing: 'let go of',
      decide: async ({ key, read }) => {
        const open = await read.openExpiryClaim(key.id);
        if (open === null) throw new Refusal('not_claimed', `Nobody has claimed ${nameOf(key)}.`);
        if (open.by !== by)
          throw new Refusal(
            'not_your_claim',
            `${open.by} has claimed ${nameOf(key)}, not you. It is free again at ${instantText(open.until)} unless a rotation is planned.`,
          );
        const why = `${by} gave it back.`;
        return [{ type: 'digest_claim_ended', claim: open.id, key: key.id, how: 'let_go', why, tell: [] }];
      },
    },
  );
}
