import { type Claim, claimTokenHash, isRecipient, openClaim } from '../../domain/claim.ts';
import type { Actor, ClaimId } from '../../domain/ids.ts';
import type { SealedSecret } from '../../domain/incident.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { newClaimToken } from '../../providers/claim-token.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { assertLiveToken } from './authority.ts';
import type { KeysDeps } from './deps.ts';
import type { Offer } from './keys.ts';

/** What the verbs on claims stand on. */
export type ClaimsDeps = Pick<KeysDeps, 'ledger' | 'queue' | 'policy' | 'vault' | 'now' | 'newId' | 'log'>;

/** The open offers that `by` may take, newest first; of several links to one secret only the newest. */
export async function offersTo({ ledger, policy, now }: ClaimsDeps, by: Actor): Promise<Claim[]> {
  const { policy: rules } = await policy();
  const offers = new Map<string, Claim>();
  for (const claim of await ledger.read.openClaims(now())) {
    const key = await ledger.read.key(claim.key);
    if (key === null || offers.has(claim.secret) || !isRecipient(claim, by, { policy: rules, key })) continue;
    if ((await whyOver(ledger.read, { claim, key, now: now() })) === null) offers.set(claim.secret, claim);
  }
  return [...offers.values()];
}

/**
 * Another way to the same secret, for who is proved to be its recipient. In a run it ends when the run's offer does; outside of one it
 * lives 15 minutes by itself, so that whoever came too late for the first offer is not left with a key that nobody can have.
 */
export async function linkFor(deps: ClaimsDeps, id: ClaimId, request: Origin): Promise<Offer> {
  const { actor, channel, dedupe } = request;
  return auditRefusal(deps, { origin: request, what: `link for claim ${id}` }, async () => {
    const { policy } = await deps.policy();
    const [token, now] = [newClaimToken(), deps.now()];
    const claim = await deps.ledger.record({ at: now, actor, channel }, async ({ read, seen, remember }) => {
      if ((await seen(dedupe.source, dedupe.id)) !== null) throw alreadyLinked();
      const offer = await claimOrRefuse(read, { id });
      const key = await keyOf(read, offer);
      await assertForThem(read, { claim: offer, key, policy, origin: request, now });
      if (offer.takenAt !== null) throw takenAlready(offer, key);
      const link = linkTo(offer, { offeredBy: actor, token: token.reveal(), now, newId: deps.newId });
      await openOrRefuse(read, { claim: link, key, now });
      await remember(dedupe.source, dedupe.id, { run: link.run, incident: null, subject: `claim:${link.id}` });
      return { events: [{ type: 'claim_opened', claim: link }], result: link };
    });
    return { claim, token };
  });
}

type ForLink = Pick<Parameters<typeof openClaim>[0], 'offeredBy' | 'token' | 'now' | 'newId'>;

function linkTo({ secret, key, run, recipient, expiresAt }: Claim, by: ForLink): Claim {
  const link = openClaim({ secret: { id: secret, key }, run, recipient, ...by });
  return run === null ? link : { ...link, expiresAt };
}

/** Reveals nothing and changes nothing. A claim that was taken is shown with who took it and when: whoever expected it has to know. */
export async function peek({ ledger, now }: ClaimsDeps, token: Secret): Promise<{ claim: Claim; key: Key }> {
  const claim = await claimOrRefuse(ledger.read, { token });
  const key = await keyOf(ledger.read, claim);
  if (claim.takenAt === null) await openOrRefuse(ledger.read, { claim, key, now: now() });
  return { claim, key };
}

/** A wrong token and one of another ledger are the same to whoever asks. */
export async function claimOrRefuse(read: LedgerReader, which: { id: ClaimId } | { token: Secret }): Promise<Claim> {
  const claim =
    'id' in which ? await read.claim(which.id) : await read.claimByTokenHash(claimTokenHash(which.token.reveal()));
  if (claim !== null) return claim;
  throw new Refusal(
    'unknown_claim',
    'Rekey knows no such claim. Copy the whole link or id, or see what is offered to you with: rekey keys claim',
  );
}

export async function keyOf(read: LedgerReader, claim: Claim): Promise<Key> {
  const key = await read.key(claim.key);
  if (key === null) throw new Error(`Claim ${claim.id} is about the key ${claim.key}, which is not in the ledger.`);
  return key;
}

interface Asking {
  claim: Claim;
  key: Key;
  policy: Parameters<typeof isRecipient>[2]['policy'];
  origin: Origin;
  now: Date;
}

/** By identity: who proved to be the recipient. A token has to be live at this moment. */
export async function assertForThem(read: LedgerReader, { claim, key, policy, origin, now }: Asking): Promise<void> {
  const { actor, token } = origin;
  if (actor.startsWith('token:'))
    assertLiveToken({ actor, token: token === undefined ? null : await read.key(token), now });
  if (isRecipient(claim, actor, { policy, key })) return;
  throw new Refusal(
    'not_the_recipient',
    `The secret of ${nameOf(key)} is offered to ${claim.recipient}; you are ${actor}. Ask ${claim.offeredBy} to offer it to you.`,
  );
}

interface Offered {
  claim: Claim;
  key: Key;
  now: Date;
}

/** The sealed secret behind a claim that can still be taken. Throws Refusal `claim_over`. */
export async function openOrRefuse(read: LedgerReader, offered: Offered): Promise<SealedSecret> {
  const why = await whyOver(read, offered);
  const sealed = await read.secret(offered.claim.secret);
  if (why === null && sealed !== null) return sealed;
  throw new Refusal('claim_over', `${why ?? 'The sealed copy is gone.'} Nobody saw the secret.`);
}

async function whyOver(read: LedgerReader, { claim, key, now }: Offered): Promise<string | null> {
  const name = nameOf(key);
  if (key.state === 'revoked' || key.state === 'expired')
    return `${name} is ${key.state} meanwhile; have it made again.`;
  if (key.expiresAt !== null && key.expiresAt <= now)
    return `${name} expired at ${key.expiresAt.toISOString()}; have it made again.`;
  const run = claim.run === null ? null : await read.run(claim.run);
  if (run !== null && run.finishedAt !== null) return `${run.id}, which waited for this, has ended.`;
  const sealed = await read.secret(claim.secret);
  if (sealed === null || sealed.envelope === null)
    return `The sealed copy of ${name} was destroyed; have it made again.`;
  if (claim.expiresAt > now) return null;
  const ended = `The offer of the secret of ${name} ended at ${claim.expiresAt.toISOString()}.`;
  return claim.run === null
    ? `${ended} Its recipient gets a new link with: rekey keys claim ${claim.id} --link`
    : ended;
}

/** What whoever comes second is told; it has to stand on its own, because they may be the one it was meant for. */
export function takenAlready(claim: Claim, key: Key): Refusal {
  const first = `${claim.takenBy} took the secret of ${nameOf(key)} at ${claim.takenAt?.toISOString()} (${claim.takenHow})`;
  return new Refusal(
    'claim_taken',
    `${first}, and it is handed out once. Unless that was you, treat the key as exposed: /rotate-key ${key.slug} leaked`,
  );
}

function alreadyLinked(): Refusal {
  return new Refusal(
    'repeated_request',
    'This request got its link the first time, and a link is shown once. Ask for another one.',
  );
}
