import { describe, expect, test } from 'vitest';
import { openDying } from '../support/engine-world.ts';
import { aRotationWorld, sealedLeft, usable } from '../support/rotation-world.ts';

const PLACES = ['started', 'effect', 'outcome'];
const PLANNED = [
  'mint',
  'deliver',
  'live',
  'retire',
  'gate',
  'revoke_old',
  'old_dead',
  'tell',
  'never_again',
  'copies',
];
const EXPLOITED = ['revoke_first', 'dead_first', 'mint', 'deliver', 'live'];
const cells = [
  ...PLANNED.map((step) => ({ step, inputs: { mode: 'planned', grace_minutes: 60 } })),
  ...EXPLOITED.map((step) => ({ step, inputs: { mode: 'exploited', grace_minutes: 0 } })),
].flatMap((cell) => PLACES.map((place) => ({ ...cell, place, mode: cell.inputs.mode })));

describe('a process that is killed in a rotation', () => {
  test.each(cells)(
    'at $place of $step ($mode) leaves one key that works, and no copy',
    async ({ step, place, inputs }) => {
      const world = await aRotationWorld();
      const dying = await openDying(world, { place, step });
      const id = await dying.begin(inputs);
      await dying.play(id).catch(() => {});
      const next = await world.open();
      const run = await next.play(id, ({ steps }) => steps.integrity?.state === 'waiting');
      expect(Object.values(run.steps).filter(({ state }) => state === 'failed' || state === 'in_doubt')).toEqual([]);
      expect(await usable(world, next)).toEqual([4]);
      expect(await next.ledger.read.versionsOf('payments-prod')).toHaveLength(2);
      expect(await next.verify(world.atItsPlace() ?? '')).toBe('valid');
      expect(await next.verify(world.oldMaterial)).toBe('revoked');
      expect(await next.ledger.verifyAudit()).toMatchObject({ whole: true });
      if (inputs.mode === 'planned') {
        expect(run.outcome).toBe('succeeded');
        expect(await sealedLeft(next)).toEqual([]);
      }
    },
  );
});

test('the tables say what the audit says after a whole rotation', async () => {
  const world = await aRotationWorld();
  const rekey = await world.open();
  await rekey.play(await rekey.begin());
  expect(await rekey.ledger.verifyTables()).toMatchObject({ whole: true });
});
