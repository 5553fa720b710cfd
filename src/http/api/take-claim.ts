import { z } from 'zod';
import { ClaimId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { answer, endpoint } from './endpoint.ts';
import { assertInResponse } from './hand-out.ts';
import { KeyView, keyView } from './key-view.ts';

export const takeClaim = endpoint({
  name: 'take_claim',
  method: 'post',
  path: '/v1/claims/{id}/take',
  summary: 'Takes a new key that is offered to the token that asks, once',
  description:
    'Needs the same line of policy.yaml as `delivery: response`. A second try is refused and raises an alarm.',
  scope: 'keys:read',
  input: z.object({
    params: z.strictObject({ id: z.string().regex(/^clm-[a-z0-9]{1,40}$/, 'expected the id of a claim, clm-…') }),
  }),
  answers: {
    200: {
      says: 'The key, with its material in the first answer only',
      schema: z.object({ key: KeyView, api_key: z.string().optional(), shown_once: z.string().optional() }),
    },
  },
  perform: async ({ params: { id } }, context) => {
    const { deps, caller, origin } = context;
    const claim = await deps.ledger.read.claim(ClaimId.parse(id));
    const key = claim === null ? null : await deps.ledger.read.key(claim.key);
    // An offer to somebody else is not told apart from none.
    if (claim === null || key === null || claim.recipient !== caller.actor)
      throw new Refusal('unknown_claim', 'There is no offer of this id to the token that asks.');
    await assertInResponse(context, key);
    const { secret } = await deps.keys.take({ id: claim.id }, { ...origin, how: 'response' });
    const now = (await deps.ledger.read.key(key.id)) ?? key;
    return answer(200, { key: keyView(now, deps.now()) }, { once: { api_key: secret } });
  },
});
