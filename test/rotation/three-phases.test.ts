import { describe, expect, test } from 'vitest';
import type { KeyId } from '../../src/domain/ids.ts';
import { DAY, HOUR, MINUTE, NOON } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, type RotationWorld, waitsIn } from '../support/rotation-world.ts';

const later = (ms: number) => new Date(NOON.getTime() + ms);

/** Who is let in now: [whoever shows the old key, whoever shows the new one]. */
async function letIn(world: RotationWorld, rekey: RotationProcess, fresh: string | null): Promise<[boolean, boolean]> {
  const works = async (material: string) => ['valid', 'retiring'].includes(await rekey.verify(material));
  return [await works(world.oldMaterial), fresh !== null && (await works(fresh))];
}

async function inGrace(minutes = 24 * 60, overrides: Parameters<typeof aRotationWorld>[0] = {}) {
  const world = await aRotationWorld(overrides);
  const rekey = await world.open();
  const before = await letIn(world, rekey, null);
  const id = await rekey.begin({ grace_minutes: minutes });
  expect(waitsIn('gate')(await rekey.run(id))).toBe(true);
  const fresh = world.atItsPlace();
  if (fresh === null) throw new Error('nothing is at its place');
  return { world, rekey, id, fresh, before, now: () => letIn(world, rekey, fresh) };
}

describe('the three phases of a rotation', () => {
  test.each([1, 24, 72, 168])(
    'with %d hours of grace: first the old key works, then both, then only the new one (S1-01) (S1-02)',
    async (hours) => {
      const { world, rekey, id, before, now } = await inGrace(hours * 60);
      expect(before).toEqual([true, false]);
      expect(await now()).toEqual([true, true]);
      world.pass(hours * HOUR - 1);
      expect(await now()).toEqual([true, true]);
      // At the very instant, although nothing of Rekey has run since.
      world.pass(1);
      expect(await now()).toEqual([false, true]);
      await rekey.play(id);
      expect(await now()).toEqual([false, true]);
    },
  );

  test('last 24 hours when nobody says how long (S1-03)', async () => {
    const world = await aRotationWorld();
    const rekey = await world.open();
    const id = await rekey.begin();
    expect(await rekey.key(3)).toMatchObject({ state: 'retiring', retiringAt: NOON, graceEndsAt: later(DAY) });
    expect(await rekey.rotation(id)).toMatchObject({ state: 'grace', graceStartedAt: NOON, graceEndsAt: later(DAY) });
  });

  test('never last longer than the old key itself lives', async () => {
    const { world, rekey, id, now } = await inGrace(24 * 60, { expiresAt: later(2 * HOUR) });
    expect(await rekey.key(3)).toMatchObject({ graceEndsAt: later(2 * HOUR) });
    world.pass(2 * HOUR);
    expect(await now()).toEqual([false, true]);
    expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded' });
  });

  test('tell whoever shows the old key in grace until when it works', async () => {
    const { world, rekey } = await inGrace();
    expect(await rekey.verify(world.oldMaterial)).toBe('retiring');
  });
});

test('the old key is revoked by itself when its grace is over, and proved to be refused (S1-09) (S3-11)', async () => {
  const { world, rekey, id, fresh } = await inGrace();
  const run = await rekey.play(id);
  expect(run).toMatchObject({ outcome: 'succeeded', finishedAt: later(DAY) });
  const [old, replacement] = [await rekey.key(3), await rekey.key(4)];
  expect(old).toMatchObject({ state: 'revoked', revokedAt: later(DAY), provedDeadAt: later(DAY) });
  expect(replacement).toMatchObject({ state: 'active', predecessor: old.id, provedLiveAt: NOON });
  expect(await rekey.rotation(id)).toMatchObject({
    state: 'completed',
    endedAt: later(DAY),
    replacement: replacement.id,
  });
  expect(world.atItsPlace()).toBe(fresh);
  expect(await rekey.verify(world.oldMaterial)).toBe('revoked');
});

test('the new key has the scopes, the rate limit and the owner of the old one, and a life of its own (S3-06)', async () => {
  const { rekey } = await inGrace();
  const [old, fresh] = [await rekey.key(3), await rekey.key(4)];
  for (const same of ['scopes', 'rateLimit', 'owner', 'escalation', 'service', 'environment'] as const)
    expect(fresh[same]).toEqual(old[same]);
  expect(fresh.expiresAt).toEqual(later(90 * DAY));
});

describe('an extension of the grace', () => {
  const extend = (rekey: RotationProcess, key: KeyId, graceEndsAt: Date, at: Date) =>
    recordEvents(
      rekey.ledger,
      [{ type: 'key_grace_extended', key, graceEndsAt, reason: 'billing deploys on Friday' }],
      {
        at,
        actor: 'person:carol',
      },
    );

  test('keeps both keys valid until its new end, and revokes then and not before (S3-21)', async () => {
    const { world, rekey, id, now } = await inGrace(24 * 60);
    const old = await rekey.key(3);
    world.pass(20 * HOUR);
    await extend(rekey, old.id, later(36 * HOUR), world.now());
    await rekey.play(id, () => world.now() >= later(30 * HOUR));
    world.pass(later(36 * HOUR - MINUTE).getTime() - world.now().getTime());
    await rekey.engine.advance(id);
    expect(await now()).toEqual([true, true]);
    world.pass(MINUTE);
    expect(await now()).toEqual([false, true]);
    expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded', finishedAt: later(36 * HOUR) });
  });

  test('given while callers hold the gate brings the old key back at once', async () => {
    const { world, rekey, id, now } = await inGrace(60);
    world.pass(HOUR);
    await rekey.calls(3, 'billing', { rejected: 7 });
    await rekey.play(id, waitsIn('gate'));
    expect(await rekey.rotation(id)).toMatchObject({ state: 'usage_gate' });
    const old = await rekey.key(3);
    await extend(rekey, old.id, later(90 * MINUTE), world.now());
    expect(await now()).toEqual([true, true]);
    expect(await rekey.rotation(id)).toMatchObject({ state: 'grace', graceEndsAt: later(90 * MINUTE) });
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.gate).toMatchObject({ waiting: { kind: 'time', until: later(90 * MINUTE) } });
  });
});
