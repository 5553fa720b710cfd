import { expect, it } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import { forecastRotations } from '../../../src/engine/scheduler/forecast.ts';
import { aKey, DAY, daysAfter } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSchedulerWorld } from '../../support/scheduler-world.ts';

it('expects rotations on the days on which the schedule then begins them', async () => {
  const world = await aSchedulerWorld();
  const ages = { a: 300, b: 80, c: 60, d: 20 };
  for (const [name, age] of Object.entries(ages)) {
    const born = daysAfter(world.now(), -age);
    const own = { id: KeyId.parse(`key-${name}`), slug: name, externalRef: name, digest: name.repeat(64) };
    const key = aKey({ ...own, createdAt: born, activatedAt: born, expiresAt: null });
    await recordEvents(world.ledger, [{ type: 'key_issued', key }]);
  }
  const { deps, scheduler } = await world.open();
  const expected = (await forecastRotations(deps, { days: 90, limit: 100 })).flatMap(({ day, rows }) =>
    rows.map(({ key, how }) => [key.slug, how, day]),
  );
  expect(expected).toEqual([
    ['a', 'expected', '2027-03-11'],
    ['b', 'expected', '2027-03-20'],
    ['c', 'expected', '2027-04-09'],
    ['d', 'expected', '2027-05-19'],
  ]);
  const begun = new Map<string, string>();
  for (let day = 0; day < 75; day++) {
    await scheduler.tick();
    for (const name of Object.keys(ages)) {
      const startedAt = (await world.rotation(name))?.startedAt ?? null;
      if (startedAt !== null) begun.set(name, startedAt.toISOString().slice(0, 10));
    }
    world.pass(DAY);
  }
  expect([...begun].map(([name, day]) => [name, 'expected', day])).toEqual(expected);
});
