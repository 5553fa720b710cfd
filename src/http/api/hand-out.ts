import { z } from 'zod';
import type { Claim } from '../../domain/claim.ts';
import type { KeyId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Secret } from '../../secret.ts';
import type { ApiContext } from './endpoint.ts';
import { iso, When } from './fields.ts';

export const Delivery = z
  .enum(['claim', 'registered', 'response'])
  .describe(
    'claim: `recipient` takes it, within 15 minutes and once. registered: it goes to the place that is registered for the key. response: it is in this answer, once, if policy.yaml allows it for this class and environment.',
  );

export const Recipient = z
  .string()
  .regex(
    /^((person|group|token):[a-z0-9][a-z0-9_-]{0,62}|owner|escalation)$/,
    'expected person:<name>, group:<name>, token:<slug>, owner or escalation',
  )
  .describe('Who may take it, for `delivery: claim`.');

export const ClaimView = z
  .object({
    id: z.string(),
    recipient: z.string(),
    expires_at: When,
    taken_at: When.nullable(),
    how: z.string().describe('How the recipient takes it.'),
  })
  .meta({ id: 'Claim' });

/** Instead of material that this request or an earlier one has handed out. */
export const ALREADY_SHOWN = 'It was handed out before and is not kept. If it was lost, rotate the key.';

/** Never the claim's token: whoever gets this answer need not be who may take the secret. */
export function claimView(claim: Claim): z.input<typeof ClaimView> {
  const how = claim.recipient.startsWith('token:')
    ? `POST /v1/claims/${claim.id}/take with that token`
    : `rekey keys claim ${claim.id}`;
  return {
    id: claim.id,
    recipient: claim.recipient,
    expires_at: claim.expiresAt.toISOString(),
    taken_at: iso(claim.takenAt),
    how,
  };
}

/** Where the new key of this rotation can be taken, or by whom it was. */
export async function offerIn(
  read: Pick<LedgerReader, 'claimsOfKey'>,
  { replacement }: Pick<Rotation, 'replacement'>,
): Promise<z.input<typeof ClaimView> | null> {
  const [claim] = replacement === null ? [] : await read.claimsOfKey(replacement);
  return claim === undefined ? null : claimView(claim);
}

/** Refusal `response_not_allowed`, unless policy.yaml lets new material of this class and environment into an answer. */
export async function assertInResponse(
  { deps }: Pick<ApiContext, 'deps'>,
  key: Pick<Key, 'class' | 'environment'>,
): Promise<void> {
  const { policy } = await deps.policy();
  const { classes, environments } = policy.api.response_delivery;
  if (classes.includes(key.class) && environments.includes(key.environment)) return;
  throw new Refusal(
    'response_not_allowed',
    `A new ${key.class} of ${key.environment} is not put into an answer: policy.yaml does not list it under api.response_delivery. Ask with delivery claim or registered.`,
  );
}

/** The newest offer of this key's material to the caller itself, taken or not. */
export async function offerToCaller({ deps, caller }: ApiContext, key: KeyId): Promise<Claim | null> {
  const claims = await deps.ledger.read.claimsOfKey(key);
  return claims.find(({ recipient }) => recipient === caller.actor) ?? null;
}

/** Takes it for the caller, if it can still be taken. */
export async function takeOffer({ deps, origin }: ApiContext, offer: Claim): Promise<Secret | null> {
  if (offer.takenAt !== null || offer.expiresAt <= deps.now()) return null;
  const { secret } = await deps.keys.take(
    { id: offer.id },
    { ...origin, dedupe: { ...origin.dedupe, id: `${origin.dedupe.id}#take` }, how: 'response' },
  );
  return secret;
}
