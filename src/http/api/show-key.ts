import { z } from 'zod';
import { answer, endpoint } from './endpoint.ts';
import { OnKey } from './fields.ts';
import { findKey } from './find-key.ts';
import { KeyView, keyView } from './key-view.ts';

export const showKey = endpoint({
  name: 'show_key',
  method: 'get',
  path: '/v1/keys/{id}',
  summary: 'One key',
  scope: 'keys:read',
  input: z.object({ params: OnKey }),
  answers: { 200: { says: 'The key', schema: KeyView } },
  perform: async ({ params: { id } }, context) => {
    const key = await findKey(context, id, 'keys:read');
    return answer(200, keyView(key, context.deps.now()));
  },
});
