import { z } from 'zod';
import type { ApiScope } from '../../domain/authority.ts';
import type { Keys } from '../../engine/keys/keys.ts';
import { answer, type Endpoint, endpoint } from './endpoint.ts';
import { OnKey, Reason } from './fields.ts';
import { findKey } from './find-key.ts';
import { KeyView, keyView } from './key-view.ts';

/** The three verbs that need a key and a reason, and nothing else. */
function stateVerb(
  verb: 'revoke' | 'suspend' | 'reinstate',
  { summary, description, scope }: { summary: string; description: string; scope: ApiScope },
): Endpoint {
  return endpoint({
    name: `${verb}_key`,
    method: 'post',
    path: `/v1/keys/{id}/${verb}`,
    summary,
    description,
    scope,
    input: z.object({ params: OnKey, body: z.strictObject({ reason: Reason }) }),
    answers: { 200: { says: 'The key as it is now', schema: KeyView } },
    perform: async ({ params: { id }, body: { reason } }, context) => {
      const { deps, origin } = context;
      const { id: key } = await findKey(context, id, scope);
      const change: Keys[typeof verb] = deps.keys[verb];
      return answer(200, keyView(await change({ ...origin, key, reason }), deps.now()));
    },
  });
}

export const revokeKey = stateVerb('revoke', {
  summary: 'Revokes a key for good',
  description:
    'Refused at once everywhere. The last live admin key of a provider is never revoked; a class that two people decide on is replaced instead.',
  scope: 'keys:revoke',
});

export const suspendKey = stateVerb('suspend', {
  summary: 'Suspends a key until it is reinstated',
  description: 'Refused at once everywhere, and reversible.',
  scope: 'keys:suspend',
});

export const reinstateKey = stateVerb('reinstate', {
  summary: 'Lets a suspended key be used again',
  description: 'Back to what it was: active, or retiring with what is left of its grace.',
  scope: 'keys:suspend',
});
