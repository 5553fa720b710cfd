import { expect, test } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { aKey, daysAfter, HOUR } from '../../support/builders.ts';
import { rawLedger, recordEvents } from '../../support/ledger-file.ts';
import { multiplyYoung } from '../../support/multiply-keys.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';
import { sqlOf, wholeTables } from '../../support/sql-of.ts';

// Monday, an hour before nine in Berlin: the digest with the most in it.
const EIGHT = new Date('2027-03-08T07:00:00.000Z');

test('the digest asks as much, and reads no table as a whole, with 100 000 idle keys as with 10', async () => {
  const small = await aDigestWith(10);
  const large = await aDigestWith(100_000);
  expect(large.asked.map(({ text }) => text)).toEqual(small.asked.map(({ text }) => text));
  for (const asked of large.asked.filter(({ text }) => text.startsWith('select'))) {
    const whole = wholeTables(rawLedger(large.world.file), asked).filter((line) => LARGE.test(line));
    expect(whole, asked.text).toEqual([]);
  }
});

// What grows with the ledger; a row for each kind of key, or each digest, does not.
const LARGE = /SCAN (keys|audit|usage|runs|rotations|messages|digest_items)\b/;

/** The look at nine, at a ledger with one key that ends in five days and so many that nothing is to be said of. */
async function aDigestWith(idle: number) {
  const world = await aSchedulerWorld(EIGHT);
  world.setPolicy({ digest: Policy.shape.digest.parse({}) });
  world.setRule({ automatic: false, warnDays: [30, 14, 7, 3, 1, 0] });
  const young = { id: KeyId.parse('key-young'), slug: 'young', externalRef: 'young', digest: 'd'.repeat(64) };
  await recordEvents(
    world.ledger,
    [
      { type: 'key_issued', key: aKey({ activatedAt: EIGHT, expiresAt: daysAfter(EIGHT, 5) }) },
      { type: 'key_issued', key: aKey({ ...young, activatedAt: EIGHT, expiresAt: daysAfter(EIGHT, 120) }) },
    ],
    { at: EIGHT },
  );
  multiplyYoung(world.file, idle);
  const { scheduler } = await world.open();
  await scheduler.tick();
  world.pass(HOUR);
  const asked = await sqlOf(() => scheduler.tick());
  expect(await world.ledger.read.lastDigest()).toMatchObject({ kind: 'weekly', keys: 1 });
  return { world, asked };
}
