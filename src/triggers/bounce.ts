import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Bounce } from '../engine/deliveries/deliveries.ts';
import type { Origin } from '../engine/engine.ts';
import { Refusal } from '../errors.ts';
import { scrub } from '../scrub.ts';
import type { Secret } from '../secret.ts';
import { jsonOf, type SignedRequest, textOf, verifiedSignature } from './signed-webhook.ts';

/** What a mail provider, or the mailbox that bounces go to, sends to `POST /hooks/bounces`. */
const Body = z.object({
  message_id: z.string().min(3).max(300),
  reason: z.string().min(1).max(500),
  /** Left out: final. A provider that still tries has nothing to tell yet. */
  final: z.boolean().default(true),
});

/** A signed bounce; null for one that is not final. Throws Refusal `bad_signature`, `stale_request` or `bad_body`. */
export function bounceFrom(
  request: SignedRequest,
  at: { secret: Secret; now: Date },
): { bounce: Bounce; origin: Origin } | null {
  const signature = verifiedSignature(request, at);
  const parsed = Body.safeParse(jsonOf(textOf(request.body)));
  if (!parsed.success)
    throw new Refusal(
      'bad_body',
      'The body is no bounce: expected { "message_id": "<…>", "reason": "550 5.1.1 …", "final": true }.',
    );
  const { message_id: id, reason, final } = parsed.data;
  if (!final) return null;
  const dedupe = { source: 'hook:bounces', id: createHash('sha256').update(signature).digest('hex') };
  // Providers leave the angle brackets out.
  const messageId = id.startsWith('<') ? id : `<${id}>`;
  const why = scrub(reason)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  return { bounce: { messageId, why }, origin: { actor: 'hook:bounces', channel: 'hook', dedupe } };
}
