import { expect, test } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { openDigests } from '../../../src/engine/digests/digests.ts';
import { aKey, alice, aRun, daysAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';
import { sqlOf } from '../../support/sql-of.ts';

/** So many keys with half a day left, the first of them in the hands of a run. */
async function aDigestOf(count: number) {
  const world = await aSchedulerWorld(NOON);
  world.setRule({ automatic: false, warnDays: [30, 14, 7, 3, 1, 0] });
  const keys = Array.from({ length: count }, (_, index) => {
    const name = `bulk-${index}`;
    const own = { id: KeyId.parse(`key-${name}`), slug: name, externalRef: name, digest: name.padEnd(64, '-') };
    return aKey({ ...own, activatedAt: NOON, expiresAt: daysAfter(NOON, 0.5) });
  });
  await recordEvents(
    world.ledger,
    keys.map((key) => ({ type: 'key_issued', key })),
    { at: NOON },
  );
  await recordEvents(world.ledger, [{ type: 'run_started', run: aRun({ key: keys[0]?.id ?? null, incident: null }) }]);
  const { deps } = await world.open();
  return openDigests(deps);
}

test('a digest asks as often whether keys are being replaced, however many are urgent, and calls nobody for those', async () => {
  const few = await aDigestOf(2);
  const many = await aDigestOf(400);
  const [asked, askedOfMany] = [await sqlOf(() => few.preview(alice)), await sqlOf(() => many.preview(alice))];
  expect(askedOfMany.length).toBe(asked.length);
  const { items, more, parts } = await many.preview(alice);
  expect(items.find(({ key }) => key === 'key-bulk-0')?.direct).toEqual([]);
  expect(items.find(({ key }) => key === 'key-bulk-1')?.direct).not.toEqual([]);
  expect({ parts, more }).toEqual({ parts: 25, more: [{ section: 'day_1', count: 25, isAll: true }] });
});
