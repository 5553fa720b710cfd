import { z } from 'zod';
import { Refusal } from '../../errors.ts';
import { isUsable } from '../../providers/verify-key.ts';
import { bearerIn, verifiedFor } from './caller.ts';
import type { Verified } from './deps.ts';
import { answer, endpoint } from './endpoint.ts';
import { Caller } from './fields.ts';

const MOST_CHARACTERS = 4_096;

export const authorize = endpoint({
  name: 'authorize_request',
  method: 'get',
  path: '/v1/authorize',
  summary: 'The same question for gateways that can only ask with headers, such as nginx auth_request',
  description:
    'The gateway shows its own key in Authorization and passes on what its caller sent: X-Api-Key as X-Original-Api-Key, Authorization as X-Original-Authorization. 204: let it through; X-Rekey-Retiring-Until says that the caller has to move over by then. 401: no key, or one that may not be used. 403: its scopes do not have `scope`, or the gateway may not ask.',
  scope: 'keys:verify',
  lane: 'checks',
  // A gateway passes 401 on to its caller, whose key may be as good as ever.
  unauthorizedAs: 'gateway_unauthorized',
  input: z.object({
    headers: z.object({
      'x-original-api-key': z.string().max(MOST_CHARACTERS).optional(),
      'x-original-authorization': z
        .string()
        .max(MOST_CHARACTERS + 'Bearer '.length)
        .optional(),
      'x-rekey-caller': Caller.optional().catch(undefined).describe('Who asks the gateway; counted by name.'),
    }),
    query: z.strictObject({ scope: z.string().min(1).max(128).optional().describe('A scope that the key needs.') }),
  }),
  answers: { 204: { says: 'Let it through', schema: z.null() } },
  perform: async ({ headers, query: { scope } }, { deps, caller }) => {
    const material = headers['x-original-api-key'] || bearerIn(headers['x-original-authorization']);
    if (material === null)
      throw new Refusal(
        'no_key',
        'No key came with the request: send it as X-Api-Key, or as Authorization: Bearer <key>.',
      );
    const verified = await verifiedFor({ deps, caller }, material);
    const { key } = verified;
    if (key !== null) deps.usage.count(key.id, headers['x-rekey-caller'] ?? caller.slug, isUsable(verified));
    if (key === null || !isUsable(verified)) throw refused(verified);
    if (scope !== undefined && !key.scopes.includes(scope))
      throw new Refusal(
        'not_allowed',
        'The key may be used, but not for this: it lacks the scope that is needed here.',
      );
    return answer(204, null, { headers: headersOf({ ...verified, key }) });
  },
});

function refused({ status }: Verified): Refusal {
  const why = status === 'not_found' ? 'is not one that is known here' : `is ${status}`;
  return new Refusal('key_refused', `The key that came with the request ${why}.`);
}

function headersOf({ key, status, until }: Verified & { key: NonNullable<Verified['key']> }): Record<string, string> {
  return {
    'x-rekey-key': key.slug,
    'x-rekey-version': String(key.version),
    'x-rekey-service': key.service,
    'x-rekey-status': status,
    ...(until === undefined ? {} : { 'x-rekey-retiring-until': until }),
  };
}
