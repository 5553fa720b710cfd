import { z } from 'zod';
import { answer, endpoint } from './endpoint.ts';
import { OnKey, Reason } from './fields.ts';
import { findKey } from './find-key.ts';
import { KeyView, keyView } from './key-view.ts';

export const extendGrace = endpoint({
  name: 'extend_grace',
  method: 'post',
  path: '/v1/keys/{id}/extend',
  summary: 'Gives the callers of a key that is being replaced more time, once',
  description:
    'At most half of the original grace and 168 hours in all, never in an emergency, never beyond the end of the key itself.',
  scope: 'keys:change',
  input: z.object({
    params: OnKey,
    body: z.strictObject({ hours: z.number().positive().max(168), reason: Reason }),
  }),
  answers: { 200: { says: 'The old key with its new deadline', schema: KeyView } },
  perform: async ({ params: { id }, body }, context) => {
    const { deps, origin } = context;
    const found = await findKey(context, id, 'keys:change');
    // By its slug people mean the version on its way out; the one in use has no grace.
    const key = found.state === 'retiring' ? found.id : found.slug;
    return answer(200, keyView(await deps.rotations.extendGrace({ ...origin, ...body, key }), deps.now()));
  },
});
