import { assertRecipient, type Claim, openClaim } from '../../domain/claim.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { SecretId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { Recording, RecordingTx } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { newClaimToken } from '../../providers/claim-token.ts';
import { isUsable, verdictOn } from '../../providers/verify-key.ts';
import type { Secret } from '../../secret.ts';
import { auditRefusal } from '../refusals.ts';
import { authorize } from './authority.ts';
import type { KeysDeps } from './deps.ts';
import { handOver } from './hand-over.ts';
import type { Generated, GenerateRequest } from './keys.ts';
import { mintFirst } from './mint.ts';
import { assertPlaceFree } from './place.ts';
import { assertNoSecretIn, keyLedTo, keyOrThrow, ledToKey } from './record-on-key.ts';
import { assertRegistration, assertSlugFree, type Registration } from './registration.ts';
import { revocation } from './revoke.ts';

/**
 * Records the key, pending, with its sealed material; then hands it over. A crash in between leaves a pending key that nothing accepts: the
 * same request again finishes it, and a request of its own for the same name makes it anew.
 */
export async function generate(deps: KeysDeps, request: GenerateRequest): Promise<Generated> {
  const { facts } = request;
  return auditRefusal(deps, { origin: request, what: `generate ${facts.slug}` }, async () => {
    assertNoSecretIn({ claims: request.claims });
    const { policy } = await deps.policy();
    const registration = { facts, origin: request, policy, rule: await deps.classRule(facts.class), now: deps.now() };
    // Before anything outside is looked at: whoever may not, learns nothing of what is where.
    await assertRegistration(deps.ledger.read, registration);
    const before = await deps.ledger.read.keyBySlug(facts.slug);
    if (facts.delivery !== null && before?.activatedAt == null) await assertPlaceFree(deps, facts, facts.delivery);
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    const made = await deps.ledger.record(context, (tx) => issue(deps, tx, { request, registration }));
    deps.faultPoint('started', 'generate');
    const key = await keyOrThrow(deps.ledger.read, made.key);
    const isWaiting = key.state === 'pending' && key.delivery !== null;
    return { key: isWaiting ? await handOver(deps, key, request) : key, offer: made.offer };
  });
}

interface Made {
  key: Key['id'];
  offer: Generated['offer'];
}

async function issue(
  deps: KeysDeps,
  tx: RecordingTx,
  { request, registration }: { request: GenerateRequest; registration: Registration },
): Promise<Recording<Made>> {
  const { read } = tx;
  const { source, id } = request.dedupe;
  await assertRegistration(read, registration);
  // What signs decides what is believed: more than a key among others, and never for a token to make.
  if (request.facts.class === 'issuer_key')
    await authorize(read, { ...registration, verb: 'administer', subject: request.facts });
  const before = await tx.seen(source, id);
  if (before !== null) return { events: [], result: { key: keyLedTo(before), offer: null } };
  const cleared = await clearUnusedAttempt(read, request.facts.slug, deps.now());
  const version = cleared === null ? 1 : cleared.version + 1;
  if (cleared === null) await assertSlugFree(read, request.facts.slug);
  const minted = await mintFirst(request, { deps, read, rule: registration.rule, version });
  const isOffered = minted.key.class !== 'issuer_key' && minted.key.delivery === null;
  const offer = isOffered ? await offerOf(deps, read, { request, minted, policy: registration.policy }) : null;
  const opened: LedgerEvent[] = offer === null ? [] : [{ type: 'claim_opened', claim: offer.claim }];
  await tx.remember(source, id, ledToKey(minted.key.id));
  const events = [...(cleared?.events ?? []), ...minted.events, ...opened];
  return { events, result: { key: minted.key.id, offer } };
}

/**
 * A name whose versions were never handed over to anybody names nothing yet: the attempt is revoked, and the next version is made. While
 * somebody can still take it, it is not touched.
 */
async function clearUnusedAttempt(
  read: LedgerReader,
  slug: string,
  now: Date,
): Promise<{ version: number; events: LedgerEvent[] } | null> {
  const versions = await read.versionsOf(slug);
  const [newest] = versions;
  if (newest === undefined || versions.some((one) => one.activatedAt !== null)) return null;
  const claims = await read.claimsOfKey(newest.id);
  if (newest.state === 'pending' && claims.some((claim) => claim.expiresAt > now)) return null;
  const reason = 'It was never handed over, and is made again.';
  const events = newest.state === 'revoked' ? [] : await revocation(read, newest, reason);
  return { version: newest.version, events };
}

async function offerOf(
  { newId, now }: KeysDeps,
  read: LedgerReader,
  { request, minted, policy }: { request: GenerateRequest; minted: { key: Key; secret: SecretId }; policy: Policy },
): Promise<{ claim: Claim; token: Secret }> {
  const { recipient, actor: offeredBy } = request;
  const { key, secret } = minted;
  assertRecipient(recipient, { policy, key });
  await assertTokenIsLive(read, recipient, now());
  const token = newClaimToken();
  const what = { secret: { id: secret, key: key.id }, run: null, recipient, offeredBy, token: token.reveal() };
  return { claim: openClaim({ ...what, now: now(), newId }), token };
}

async function assertTokenIsLive(read: LedgerReader, recipient: string, now: Date): Promise<void> {
  const slug = /^token:(.+)$/.exec(recipient)?.[1];
  if (slug === undefined) return;
  const { status } = verdictOn(await read.keyBySlug(slug), now);
  if (isUsable({ status })) return;
  throw new Refusal(
    'bad_recipient',
    `Nobody could take it as ${recipient}: the key of that name is ${status.replace('_', ' ')}.`,
  );
}
