import { z } from 'zod';
import { answer, endpoint } from './endpoint.ts';
import { Instant, OnKey, Reason, When } from './fields.ts';
import { findKey } from './find-key.ts';
import { assertInResponse, ClaimView, Delivery, offerIn, Recipient } from './hand-out.ts';
import { assertNoApproval, rotatedInResponse } from './rotate-in-response.ts';
import { RotationView, rotationView } from './show-rotation.ts';

export const Rotated = z
  .object({
    key_id: z.string().describe('The new key.'),
    new_api_key: z.string().optional().describe('In the first answer only.'),
    new_api_key_prefix: z.string().nullable(),
    old_key_expires_at: When.nullable().describe('null: the grace begins once the new key was proved to work.'),
    grace_period_hours: z.number(),
    rotation_count: z.int(),
    shown_once: z.string().optional(),
  })
  .meta({ id: 'Rotated' });

export const RotationAccepted = z
  .object({
    result: z.enum(['started', 'scheduled', 'repeated', 'joined']),
    key_id: z.string().describe('The key that is being replaced.'),
    rotation: RotationView,
    claim: ClaimView.nullable().describe('Where the new key can be taken, if it is offered already.'),
    follow: z.string().describe('Where to see how it goes on.'),
  })
  .meta({ id: 'RotationAccepted' });

export const rotateKey = endpoint({
  name: 'rotate_key',
  method: 'post',
  path: '/v1/keys/{id}/rotate',
  summary: 'Replaces a key: both are accepted during the grace, only the new one after it',
  description:
    'planned: 1 to 168 hours of grace. suspected: at most 1 hour, the default of an emergency. extended: at most 4, with a second approver. exploited: none. `delivery: response` is for planned rotations that need nobody’s approval; if the new key is not ready within 10 seconds the answer is 202 and says where to take it. A key that signs JWTs is rotated by people on the command line only.',
  scope: 'keys:rotate',
  input: z.object({
    params: OnKey,
    body: z.strictObject({
      grace_period_hours: z
        .number()
        .min(0)
        .max(168)
        .nullable()
        .default(null)
        .describe('null: the default of mode and class.'),
      reason: Reason,
      mode: z.enum(['planned', 'suspected', 'extended', 'exploited']).default('planned'),
      not_before: Instant.nullable().default(null).describe('null: now.'),
      override: Reason.nullable()
        .default(null)
        .describe('Why the minimum interval or a freeze does not count this time.'),
      delivery: Delivery.default('registered'),
      recipient: Recipient.default('owner'),
    }),
  }),
  answers: {
    200: { says: 'Done: for `delivery: response`', schema: Rotated },
    202: { says: 'It is recorded and goes on by itself', schema: RotationAccepted },
  },
  perform: async ({ params: { id }, body }, context) => {
    const { deps, origin, caller } = context;
    const key = await findKey(context, id, 'keys:rotate');
    const inResponse = body.delivery === 'response' && key.publicJwk === null;
    if (inResponse) {
      await assertInResponse(context, key);
      await assertNoApproval(context, key, body.mode);
    }
    const recipient = inResponse ? caller.actor : body.recipient;
    const { kind, rotation } = await deps.rotations.request({
      ...origin,
      key: key.id,
      mode: body.mode,
      graceHours: body.grace_period_hours,
      notBefore: body.not_before === null ? null : new Date(body.not_before),
      reason: body.reason,
      override: body.override,
      deliver: body.delivery === 'registered' ? { to: 'registered' } : { to: 'claim', recipient },
    });
    if (inResponse) {
      const rotated = await rotatedInResponse(context, rotation);
      if (rotated !== null) return rotated;
    }
    const follow = `/v1/keys/${rotation.slug}/rotation`;
    const now = (await deps.ledger.read.rotation(rotation.id)) ?? rotation;
    const claim = await offerIn(deps.ledger.read, now);
    return answer(202, { result: kind, key_id: key.id, rotation: rotationView(now), claim, follow });
  },
});
