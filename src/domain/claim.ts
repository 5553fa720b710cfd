import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { type Actor, ClaimId, type KeyId, type NewId, type RunId, type SecretId } from './ids.ts';
import type { SealedSecret } from './incident.ts';
import type { Key } from './key.ts';
import { type Policy, peopleNamed } from './policy.ts';

/** How a claimed secret left Rekey. */
export const ClaimedBy = z.enum(['terminal', 'file', 'age', 'page', 'response']);
export type ClaimedBy = z.infer<typeof ClaimedBy>;

/**
 * An offer of one sealed secret to whoever holds the claim's token: 15 minutes, one read. The key is not active before it was claimed, so an
 * offer that nobody took harms nobody.
 */
export interface Claim {
  id: ClaimId;
  secret: SecretId;
  key: KeyId;
  /** The run that waits for it; null for a key that was generated outside of a run. */
  run: RunId | null;
  /** SHA-256 of the token, hex: the ledger alone opens nothing. */
  tokenHash: string;
  /** Who may take it: `person:carol`, `group:payments`, `owner`, `escalation` or `token:ci-deployer`. */
  recipient: string;
  offeredBy: Actor;
  createdAt: Date;
  expiresAt: Date;
  takenAt: Date | null;
  takenBy: Actor | null;
  takenHow: ClaimedBy | null;
  /** How often somebody tried again after it was taken; each time is an alarm. */
  refusals: number;
}

export const CLAIM_LASTS_MS = 15 * 60_000;

interface Offered {
  secret: Pick<SealedSecret, 'id' | 'key'>;
  run: RunId | null;
  recipient: string;
  offeredBy: Actor;
  /** As providers/claim-token makes it; only its hash is kept. */
  token: string;
  now: Date;
  newId: NewId;
}

/** An open claim of a sealed secret, for 15 minutes. Record it with `claim_opened`. */
export function openClaim({ secret, run, recipient, offeredBy, token, now, newId }: Offered): Claim {
  return {
    id: ClaimId.parse(newId('clm')),
    secret: secret.id,
    key: secret.key,
    run,
    tokenHash: claimTokenHash(token),
    recipient,
    offeredBy,
    createdAt: now,
    expiresAt: new Date(now.getTime() + CLAIM_LASTS_MS),
    takenAt: null,
    takenBy: null,
    takenHow: null,
    refusals: 0,
  };
}

export function claimTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The token stands behind the #, which no browser sends: not to the server, not to a proxy, not as a referrer. */
export function claimLink(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/claim#${token}`;
}

/** Who this is offered to, besides tokens, today. */
interface About {
  policy: Policy;
  key: Pick<Key, 'owner' | 'escalation'>;
}

/**
 * Is `actor` whom this is offered to? `person:carol` directly, `group:payments` its members in policy.yaml, `owner` and `escalation` whoever
 * that is for the key, `token:ci-deployer` the key of that name.
 */
export function isRecipient({ recipient }: Pick<Claim, 'recipient'>, actor: Actor, about: About): boolean {
  if (recipient.startsWith('token:')) return actor === recipient;
  return peopleOffered(recipient, about).some((person) => actor === `person:${person}`);
}

/** Throws Refusal `bad_recipient` when nobody could ever take what is offered to this recipient. A token is looked up by whoever offers. */
export function assertRecipient(recipient: string, about: About): void {
  if (/^token:[a-z0-9]/.test(recipient) || peopleOffered(recipient, about).length > 0) return;
  throw new Refusal(
    'bad_recipient',
    `Expected a recipient such as person:carol, group:payments, owner or token:ci-deployer, with people whom policy.yaml knows; you wrote "${recipient}".`,
  );
}

function peopleOffered(recipient: string, { policy, key }: About): readonly string[] {
  const person = /^person:(.*)$/.exec(recipient)?.[1];
  if (person !== undefined) return Object.hasOwn(policy.people, person) ? [person] : [];
  return /^(group:.*|owner|escalation)$/.test(recipient) ? [...peopleNamed(policy, [recipient], key)] : [];
}
