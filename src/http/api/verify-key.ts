import { z } from 'zod';
import { PROBE_CALLER } from '../../providers/probe-caller.ts';
import { isUsable } from '../../providers/verify-key.ts';
import { verifiedFor } from './caller.ts';
import type { PresentedKey } from './deps.ts';
import { answer, endpoint } from './endpoint.ts';
import { Caller, iso, Material, When } from './fields.ts';

const Verdict = z
  .object({
    status: z.enum(['valid', 'retiring', 'not_found', 'pending', 'suspended', 'expired', 'revoked']),
    until: When.optional().describe('For `retiring`: until when it is accepted.'),
    using_retiring_key: z
      .boolean()
      .optional()
      .describe('Accepted, but its replacement is in use: move over before `until`.'),
    id: z.string().optional(),
    slug: z.string().optional(),
    version: z.int().optional(),
    service: z.string().optional(),
    scopes: z.array(z.string()).optional(),
    rate_limit: z.int().nullable().optional(),
    expires_at: When.nullable().optional(),
  })
  .meta({ id: 'Verdict' });

export const verifyKey = endpoint({
  name: 'verify_key',
  method: 'post',
  path: '/v1/keys/verify',
  summary: 'Says whether a key or JWT may be used',
  description:
    'Always 200 with a `status`; only `valid` and `retiring` may be let through. The answer never repeats the key and is always fresh: an Idempotency-Key is not looked at. To a verifier that is narrowed to one service, as `keys:verify@billing`, the keys of every other are `not_found`.',
  scope: 'keys:verify',
  lane: 'checks',
  replay: 'fresh',
  confidential: ['key'],
  input: z.object({
    body: z.object({ key: Material, caller: Caller.default('unknown').describe('Who showed it; counted by name.') }),
  }),
  answers: { 200: { says: 'The verdict', schema: Verdict } },
  perform: async ({ body: { key: material, caller } }, context) => {
    const { deps } = context;
    const { key, ...verdict } = await verifiedFor(context, material);
    if (key === null) return answer(200, verdict);
    // Rekey's own probes are not callers: they are not affected by an outage, and nobody has to tell them.
    if (caller !== PROBE_CALLER) deps.usage.count(key.id, caller, isUsable(verdict));
    return answer(200, { ...verdict, using_retiring_key: verdict.status === 'retiring', ...factsOf(key) });
  },
});

function factsOf({ id, slug, version, service, scopes, rateLimit, expiresAt }: PresentedKey) {
  return { id, slug, version, service, scopes, rate_limit: rateLimit, expires_at: iso(expiresAt) };
}
