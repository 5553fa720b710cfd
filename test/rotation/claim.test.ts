import { expect, test } from 'vitest';
import type { Claim } from '../../src/domain/claim.ts';
import { HOUR, MINUTE, NOON } from '../support/builders.ts';
import { openDying } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, sealedLeft, usable, waitsIn } from '../support/rotation-world.ts';

const CLAIM = { deliver_to: 'claim', recipient: 'person:carol', grace_minutes: 60 };
const later = (ms: number) => new Date(NOON.getTime() + ms);

async function offered(inputs = {}, overrides: Parameters<typeof aRotationWorld>[0] = { delivery: null }) {
  const world = await aRotationWorld(overrides);
  const rekey = await world.open();
  const id = await rekey.begin({ ...CLAIM, ...inputs });
  return { world, rekey, id, claim: await newest(rekey) };
}

async function newest(rekey: RotationProcess): Promise<Claim> {
  const [claim] = await rekey.ledger.read.claimsOfKey((await rekey.key(4)).id);
  if (claim === undefined) throw new Error('nothing is offered');
  return claim;
}

/** carol takes it on her terminal. */
async function take(rekey: RotationProcess, claim: Claim, at: Date): Promise<string> {
  const sealed = await rekey.ledger.read.secret(claim.secret);
  if (sealed === null) throw new Error('nothing is sealed');
  const taken = { type: 'claim_taken', claim: claim.id, key: claim.key, by: 'person:carol', how: 'terminal' } as const;
  await recordEvents(rekey.ledger, [taken], { at, actor: 'person:carol' });
  return rekey.deps.vault.open(sealed).reveal();
}

test('a key without a place is offered to its recipient, who is told how to take it', async () => {
  const { rekey, id, claim } = await offered();
  expect(claim).toMatchObject({
    recipient: 'person:carol',
    run: id,
    offeredBy: 'person:alice',
    expiresAt: later(15 * MINUTE),
  });
  expect((await rekey.run(id)).steps.offer).toMatchObject({
    state: 'waiting',
    waiting: { kind: 'claim', id: claim.id },
  });
  const notices = await rekey.ledger.read.noticesOfKey(claim.key);
  expect(notices).toMatchObject([{ template: 'secret-offered', recipient: 'person:carol' }]);
  expect(notices[0]?.facts.replacementAvailable).toContain(`rekey keys claim ${claim.id}`);
});

test('the new key is used by nobody before it was claimed', async () => {
  const { world, rekey, claim } = await offered();
  expect(await rekey.key(4)).toMatchObject({ state: 'pending' });
  expect(await usable(world, rekey)).toEqual([3]);
  const fresh = await take(rekey, claim, NOON);
  expect(await rekey.verify(fresh)).toBe('pending');
});

test('what was claimed is proved, the grace begins, and no copy of it stays (S1-06)', async () => {
  const { world, rekey, id, claim } = await offered();
  const fresh = await take(rekey, claim, later(MINUTE));
  await rekey.play(id, waitsIn('gate'));
  expect((await rekey.run(id)).steps.offer).toMatchObject({ outputs: { sink: 'claim', target: 'person:carol' } });
  expect(await usable(world, rekey)).toEqual([4, 3]);
  expect(await rekey.verify(fresh)).toBe('valid');
  expect(await sealedLeft(rekey)).toEqual([]);
  expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded' });
  expect(await usable(world, rekey)).toEqual([4]);
});

test('an offer that nobody takes changes nothing: the old key works on, and the new one is taken back', async () => {
  const { world, rekey, id } = await offered();
  const run = await rekey.play(id);
  expect(world.now()).toEqual(later(15 * MINUTE));
  expect(run).toMatchObject({
    outcome: 'failed',
    steps: { offer: { error: expect.stringContaining('Nobody claimed the secret of payments-prod v4') } },
  });
  expect(await rekey.key(4)).toMatchObject({ state: 'revoked' });
  expect(await usable(world, rekey)).toEqual([3]);
  expect(await sealedLeft(rekey)).toEqual([]);
});

test('an exploited key leaves its callers with none, so its replacement is offered again until somebody takes it', async () => {
  const { world, rekey, id, claim } = await offered({ mode: 'exploited', grace_minutes: 0 });
  await rekey.play(id, () => world.now() > later(HOUR));
  const again = await newest(rekey);
  expect(again.id).not.toBe(claim.id);
  expect(again.secret).toBe(claim.secret);
  await take(rekey, again, world.now());
  await rekey.play(id, waitsIn('integrity'));
  expect(await usable(world, rekey)).toEqual([4]);
});

test('a key that has a place is offered all the same when that was asked for, and its place is left alone', async () => {
  const { world, rekey, id, claim } = await offered({}, {});
  await take(rekey, claim, NOON);
  await rekey.play(id, waitsIn('gate'));
  expect(world.atItsPlace()).toBe(world.oldMaterial);
  expect(await usable(world, rekey)).toEqual([4, 3]);
});

test.each(['started', 'effect', 'outcome'])(
  'a kill at %s of the offer leaves one open offer of one key',
  async (place) => {
    const world = await aRotationWorld({ delivery: null });
    const dying = await openDying(world, { place, step: 'offer' });
    const id = await dying.begin(CLAIM);
    const next = await world.open();
    await next.engine.advance(id);
    const claim = await newest(next);
    expect(await next.ledger.read.claimsOfKey(claim.key)).toHaveLength(1);
    await take(next, claim, world.now());
    expect(await next.play(id)).toMatchObject({ outcome: 'succeeded' });
    expect(await usable(world, next)).toEqual([4]);
  },
);
