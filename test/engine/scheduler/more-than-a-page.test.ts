import { describe, expect, it } from 'vitest';
import { KeyId, RotationId, RunId } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import { aKey, aRotation, aRun, DAY, MINUTE, minutesAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld, type SchedulerWorld } from '../../support/scheduler-world.ts';

const FAR = new Date(NOON.getTime() + 900 * DAY);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

function another(name: string, overrides: Partial<Key>): Key {
  return aKey({
    id: KeyId.parse(`key-${name}`),
    slug: name,
    externalRef: name,
    digest: name.padEnd(64, 'x'),
    expiresAt: null,
    ...overrides,
  });
}

const stateOf = async ({ ledger }: SchedulerWorld, name: string) =>
  (await ledger.read.key(KeyId.parse(`key-${name}`)))?.state;

const issued = (key: Key) => ({ type: 'key_issued', key }) as const;

describe('one key behind many that have to wait', () => {
  it('is recorded as expired at the next look, however many expired keys are being worked on', async () => {
    const world = await aSchedulerWorld();
    const busy = numbers(100).map((n) => another(`busy-${n}`, { expiresAt: minutesAfter(NOON, 1) }));
    const free = another('free', { expiresAt: minutesAfter(NOON, 2) });
    const runs = busy.map((key, n) => aRun({ id: RunId.parse(`run-${n}`), key: key.id, incident: null }));
    await recordEvents(world.ledger, [
      ...[...busy, free].map(issued),
      ...runs.map((run) => ({ type: 'run_started', run }) as const),
    ]);
    const { scheduler } = await world.open();
    world.pass(3 * MINUTE);
    expect((await scheduler.tick()).expired).toBe(1);
    expect(await stateOf(world, 'free')).toBe('expired');
  });

  it('is revoked at the end of its grace, however many keys only people can revoke', async () => {
    const world = await aSchedulerWorld();
    world.setRule({ revocable: false }, 'embedded');
    const retiring = (minutes: number) =>
      ({ state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, minutes) }) as const;
    const byHand = numbers(100).map((n) => another(`hand-${n}`, { class: 'embedded', ...retiring(1) }));
    const free = another('free', retiring(2));
    const successor = another('free-4', { slug: 'free', version: 4, predecessor: free.id });
    await recordEvents(world.ledger, [...byHand, free, successor].map(issued));
    const { scheduler } = await world.open();
    world.pass(3 * MINUTE);
    await scheduler.tick();
    expect((await scheduler.tick()).retired).toBe(1);
    expect(await stateOf(world, 'free')).toBe('revoked');
  });

  it('begins its rotation, and has its owner told, however many rotations a window holds back', async () => {
    const world = await aSchedulerWorld();
    world.setRule({ windows: [{ days: ['sun'], from: '09:00', to: '11:00' }] }, 'embedded');
    const held = numbers(1_000).map((n) => another(`held-${n}`, { class: 'embedded', activatedAt: FAR }));
    const [free, later] = [another('free', {}), another('later', {})];
    const rotationOf = ({ id, slug }: Key, minutes: number) => {
      const scheduledAt = minutesAfter(NOON, minutes);
      const rotation = aRotation({ id: RotationId.parse(`rot-${slug}`), key: id, slug, scheduledAt });
      return { type: 'rotation_requested', rotation } as const;
    };
    const keys = [...held, free, later];
    await recordEvents(world.ledger, keys.map(issued));
    await recordEvents(world.ledger, [
      ...held.map((key) => rotationOf(key, 1)),
      rotationOf(free, 2),
      rotationOf(later, 60),
    ]);
    const { scheduler } = await world.open();
    world.pass(3 * MINUTE);
    let started = 0;
    for (let look = 0; look < 11; look++) started += (await scheduler.tick()).started;
    expect(started).toBe(1);
    expect((await world.ledger.read.noticesOfKey(later.id)).length).toBeGreaterThan(0);
  });
});
