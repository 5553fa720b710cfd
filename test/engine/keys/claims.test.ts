import { expect, test } from 'vitest';
import { assertRecipient, claimLink } from '../../../src/domain/claim.ts';
import type { Actor } from '../../../src/domain/ids.ts';
import { linkFor, offersTo, peek } from '../../../src/engine/keys/claims.ts';
import { take } from '../../../src/engine/keys/take.ts';
import { Refusal } from '../../../src/errors.ts';
import { randomId } from '../../../src/random-id.ts';
import { Secret } from '../../../src/secret.ts';
import { aPolicy, minutesAfter, NOON } from '../../support/builders.ts';
import { aClaimsWorld } from '../../support/claims-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';

const as = (actor: Actor, id = randomId('req')) =>
  ({ actor, channel: 'cli', dedupe: { source: 'cli', id }, how: 'terminal' }) as const;

const codeOf = (work: Promise<unknown>) =>
  work.then(() => 'nothing was refused').catch((error: unknown) => (error instanceof Refusal ? error.code : error));

test('everybody sees the offers that they may take, newest first, and no others', async () => {
  const world = await aClaimsWorld();
  const offers: Record<string, string> = {};
  for (const [minute, recipient] of ['person:bob', 'group:security', 'owner', 'escalation', 'token:ci'].entries()) {
    world.setNow(minutesAfter(NOON, minute));
    offers[recipient] = (await world.offer(recipient)).claim.recipient;
  }
  const seenBy = async (actor: Actor) => (await offersTo(world.deps, actor)).map(({ recipient }) => recipient);
  expect(await seenBy('person:bob')).toEqual(['escalation', 'group:security', 'person:bob']);
  expect(await seenBy('person:carol')).toEqual(['owner', 'group:security']);
  expect(await seenBy('person:alice')).toEqual(['escalation']);
  expect(await seenBy('token:ci')).toEqual(['token:ci']);
  expect(await seenBy('person:mallory')).toEqual([]);
});

test('an offer is gone from the list when it was taken, has ended or its key was revoked', async () => {
  const world = await aClaimsWorld();
  const [taken, dead, open] = [
    await world.offer('person:carol'),
    await world.offer('person:carol'),
    await world.offer('person:carol'),
  ];
  await take(world.deps, { id: taken.claim.id }, as('person:carol'));
  await recordEvents(world.ledger, [{ type: 'key_revoked', key: dead.key.id, replacedBy: null }]);
  expect((await offersTo(world.deps, 'person:carol')).map(({ id }) => id)).toEqual([open.claim.id]);
  world.setNow(minutesAfter(NOON, 15));
  expect(await offersTo(world.deps, 'person:carol')).toEqual([]);
});

test('a link is for the recipient to ask for, and the list shows its secret once', async () => {
  const world = await aClaimsWorld();
  const { claim, material } = await world.offer('person:carol');
  expect(await codeOf(linkFor(world.deps, claim.id, as('person:bob')))).toBe('not_the_recipient');
  world.setNow(minutesAfter(NOON, 1));
  const link = await linkFor(world.deps, claim.id, as('person:carol'));
  expect(link.claim).toMatchObject({ secret: claim.secret, recipient: 'person:carol', offeredBy: 'person:carol' });
  expect((await offersTo(world.deps, 'person:carol')).map(({ id }) => id)).toEqual([link.claim.id]);
  expect(claimLink('https://rekey.example/', link.token.reveal())).toMatch(
    /^https:\/\/rekey\.example\/claim#rekey_claim_[\w-]{43}$/,
  );
  expect((await take(world.deps, { token: link.token }, as('system:claim-page'))).secret.reveal()).toBe(material);
  expect(await codeOf(linkFor(world.deps, claim.id, as('person:carol')))).toBe('claim_taken');
});

test('whoever came too late for an offer outside of a run gets a link of their own, for 15 minutes', async () => {
  const world = await aClaimsWorld();
  const { claim, material } = await world.offer('person:carol');
  world.setNow(minutesAfter(NOON, 60));
  expect(await codeOf(take(world.deps, { id: claim.id }, as('person:carol')))).toBe('claim_over');
  const link = await linkFor(world.deps, claim.id, as('person:carol'));
  expect(link.claim.expiresAt).toEqual(minutesAfter(NOON, 75));
  expect((await take(world.deps, { id: link.claim.id }, as('person:carol'))).secret.reveal()).toBe(material);
});

test('the same request for a link never makes a second one', async () => {
  const world = await aClaimsWorld();
  const { claim, key } = await world.offer('person:carol');
  await linkFor(world.deps, claim.id, as('person:carol', 'req-1'));
  expect(await codeOf(linkFor(world.deps, claim.id, as('person:carol', 'req-1')))).toBe('repeated_request');
  expect(await world.ledger.read.claimsOfKey(key.id)).toHaveLength(2);
});

test('peeking shows who and what as often as one likes, and takes nothing', async () => {
  const world = await aClaimsWorld();
  const { claim, token, key } = await world.offer('person:carol');
  const before = await world.ledger.read.auditHead();
  for (let i = 0; i < 100; i++) expect(await peek(world.deps, token)).toEqual({ claim, key });
  expect(await world.ledger.read.auditHead()).toEqual(before);
  expect(await codeOf(peek(world.deps, new Secret('rekey_claim_wrong')))).toBe('unknown_claim');
  await take(world.deps, { token }, as('system:claim-page'));
  expect((await peek(world.deps, token)).claim).toMatchObject({ takenBy: 'system:claim-page', takenAt: NOON });
});

test('peeking at an offer that is over says so', async () => {
  const world = await aClaimsWorld();
  const { token } = await world.offer('person:carol');
  world.setNow(minutesAfter(NOON, 15));
  expect(await codeOf(peek(world.deps, token))).toBe('claim_over');
});

test.each(['', 'carol', 'person:mallory', 'person:toString', 'group:nobody', 'group:', 'everyone', 'token:', 'hook:x'])(
  'an offer to "%s" is refused before anything is made, because nobody could take it',
  (recipient) => {
    const about = { policy: aPolicy(), key: { owner: 'carol', escalation: null } };
    expect(() => assertRecipient(recipient, about)).toThrow(Refusal);
  },
);

test.each(['person:carol', 'group:security', 'owner', 'token:ci-deployer'])(
  'an offer can be made to %s',
  (recipient) => {
    assertRecipient(recipient, { policy: aPolicy(), key: { owner: 'carol', escalation: null } });
  },
);
