import { expect, it } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { aKey, daysAfter, NOON } from '../../support/builders.ts';
import { rawLedger, recordEvents } from '../../support/ledger-file.ts';
import { multiplyYoung } from '../../support/multiply-keys.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';
import { sqlOf, wholeTables } from '../../support/sql-of.ts';

it('asks as much, and reads no table as a whole, with 100 000 idle keys as with 10', async () => {
  const small = await aLookWith(10);
  const large = await aLookWith(100_000);
  expect(large.asked.map(({ text }) => text)).toEqual(small.asked.map(({ text }) => text));
  for (const asked of large.asked) expect(wholeTables(rawLedger(large.world.file), asked), asked.text).toEqual([]);
});

/** One look at a ledger with one key that is too old, one that expired, and so many that nothing is due for. */
async function aLookWith(idle: number) {
  const world = await aSchedulerWorld();
  const old = { createdAt: daysAfter(NOON, -120), activatedAt: daysAfter(NOON, -120), expiresAt: null };
  const over = { id: KeyId.parse('key-over'), slug: 'over', externalRef: 'over', digest: 'e'.repeat(64) };
  const young = { id: KeyId.parse('key-young'), slug: 'young', externalRef: 'young', digest: 'd'.repeat(64) };
  await recordEvents(world.ledger, [
    { type: 'key_issued', key: aKey(old) },
    { type: 'key_issued', key: aKey({ ...over, createdAt: daysAfter(NOON, -1) }) },
    { type: 'key_issued', key: aKey({ ...young, activatedAt: NOON, expiresAt: daysAfter(NOON, 90) }) },
  ]);
  multiplyYoung(world.file, idle);
  const { scheduler } = await world.open();
  await scheduler.tick();
  world.pass(24 * 3_600_000);
  const asked = await sqlOf(async () => expect(await scheduler.tick()).toMatchObject({ started: 1 }));
  return { world, asked };
}
