import { expect, test } from 'vitest';
import { openKeys } from '../../src/engine/keys/open-keys.ts';
import { openRotations } from '../../src/engine/rotations/open-rotations.ts';
import { openScheduler } from '../../src/engine/scheduler/tick.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { bob, HOUR } from '../support/builders.ts';
import { from } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, usable, waitsIn } from '../support/rotation-world.ts';

/** `payments-prod v3` was suspended in the grace of its planned rotation; v4 is in use. */
async function suspendedInGrace() {
  const world = await aRotationWorld();
  const rekey = await world.open();
  const keys = openKeys({ ...rekey.deps, pepper: openPepper('p1', Buffer.alloc(32)) });
  const rotations = openRotations(rekey.deps);
  let uptime = 0;
  const scheduler = openScheduler({ ...rekey.deps, rotations, uptimeMs: () => uptime });
  const run = await rekey.begin();
  await rekey.play(run, waitsIn('gate'));
  const { id: key } = await rekey.key(3);
  await keys.suspend({ ...from(bob), key, reason: 'odd calls' });
  return {
    world,
    rekey,
    keys,
    rotations,
    scheduler,
    cancel: async () => {
      await rotations.cancel((await rekey.rotation(run)).id, { ...from(bob), reason: 'the new one is wrong' });
      await rekey.play(run);
    },
    rotation: () => rekey.rotation(run),
    reinstate: () => keys.reinstate({ ...from(bob), key, reason: 'a false alarm' }),
    pass: (ms: number) => {
      uptime += ms;
      world.pass(ms);
    },
  };
}

test('a key that was suspended in the grace of a rotation that is taken back stays suspended, and works again for good when it is reinstated', async () => {
  const { world, rekey, scheduler, cancel, reinstate, pass } = await suspendedInGrace();
  await cancel();
  expect(await rekey.key(4)).toMatchObject({ state: 'revoked' });
  expect(await rekey.key(3)).toMatchObject({ state: 'suspended', retiringAt: null, graceEndsAt: null });
  expect(await reinstate()).toMatchObject({ state: 'active' });
  pass(25 * HOUR);
  await scheduler.tick();
  expect(await usable(world, rekey)).toEqual([3]);
  expect(await rekey.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('also when it is reinstated after the grace would have ended', async () => {
  const { world, rekey, cancel, reinstate, pass } = await suspendedInGrace();
  await cancel();
  pass(25 * HOUR);
  expect(await reinstate()).toMatchObject({ state: 'active' });
  expect(await usable(world, rekey)).toEqual([3]);
});

test.each([
  ['in its grace', 1],
  ['after it', 25],
])('a suspended key whose replacement was revoked is active when it is reinstated %s', async (_when, hours) => {
  const { rekey, rotation, reinstate, pass } = await suspendedInGrace();
  await replacementIsRevoked(rekey, await rotation());
  pass(hours * HOUR);
  expect(await reinstate()).toMatchObject({ state: 'active', graceEndsAt: null });
});

test('but not when the replacement leaked: who has that may well have the one before it', async () => {
  const { rekey, rotation, reinstate, pass } = await suspendedInGrace();
  await recordEvents(rekey.ledger, [{ type: 'key_compromised', key: (await rekey.key(4)).id }]);
  await replacementIsRevoked(rekey, await rotation());
  pass(25 * HOUR);
  await expect(reinstate()).rejects.toThrow('The grace of payments-prod v3 ended');
});

test('an emergency cuts the grace of a suspended key too: reinstating it then does not bring it back', async () => {
  const { world, rekey, reinstate, rotations } = await suspendedInGrace();
  const cut = world.pass(HOUR);
  await rotations.request({
    ...from(bob),
    key: 'payments-prod',
    mode: 'suspected',
    graceHours: null,
    notBefore: null,
    reason: 'it is in a gist',
    override: null,
    deliver: { to: 'registered' },
  });
  expect(await rekey.key(3)).toMatchObject({ state: 'suspended', graceEndsAt: cut });
  await expect(reinstate()).rejects.toThrow('The grace of payments-prod v3 ended');
  expect(await usable(world, rekey)).toEqual([4]);
});

type Rekey = Awaited<ReturnType<typeof suspendedInGrace>>['rekey'];

async function replacementIsRevoked(rekey: Rekey, { id }: Awaited<ReturnType<Rekey['rotation']>>): Promise<void> {
  await recordEvents(rekey.ledger, [
    { type: 'rotation_ended', rotation: id, outcome: 'preempted', why: 'an emergency took its place' },
    { type: 'key_revoked', key: (await rekey.key(4)).id, replacedBy: null },
  ]);
}
