import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyCreate } from '../../src/steps/key-create.ts';
import { keyQuarantine } from '../../src/steps/key-quarantine.ts';
import { secretDeliver } from '../../src/steps/secret-deliver.ts';
import { secretDestroy } from '../../src/steps/secret-destroy.ts';
import { aStepWorld, OLD_MATERIAL, type StepWorld } from '../support/a-step-context.ts';
import { aKey, aRotation, daysAfter, NOON } from '../support/builders.ts';
import { done, play, playThrough } from '../support/play-step.ts';

const key = keyRefOf(aKey());
const left = (world: StepWorld) =>
  [...world.ledger.secrets.values()].flatMap((one) => (one.envelope === null ? [] : [one.purpose]));

/** A replacement that was minted and delivered over the old material, and what may come of that. */
async function delivered(world = aStepWorld({ key: { expiresAt: daysAfter(NOON, 9) } })) {
  const made = done(await play(world, keyCreate, { replaces: key, scopes: 'same' })) as { key: JsonObject };
  await playThrough(world, secretDeliver, { ...made, to: 'owner' });
  return { world, input: { key, replacement: made.key } };
}

describe('secret.destroy', () => {
  test('leaves nothing of either key once the old one is revoked', async () => {
    const { world, input } = await delivered();
    expect(left(world)).toEqual(['new_key', 'evidence']);
    world.ledger.apply([{ type: 'key_revoked', key: aKey().id, replacedBy: null }], NOON);
    expect(done(await play(world, secretDestroy, input))).toEqual({ destroyed: 2 });
    expect(left(world)).toEqual([]);
    expect(done(await play(world, secretDestroy, input))).toEqual({ destroyed: 0 });
  });

  test('keeps the last copy of a key that still works and is nowhere else', async () => {
    const { world, input } = await delivered();
    await play(world, secretDestroy, input);
    expect(left(world)).toEqual(['evidence']);
    world.sink.targets.set('/run/secrets/payments', OLD_MATERIAL);
    await play(world, secretDestroy, input);
    expect(left(world)).toEqual([]);
  });

  test('destroys the last copy of a new key that was nowhere else when that key has ended itself', async () => {
    const { world, input } = await delivered();
    world.sink.targets.set('/run/secrets/payments', OLD_MATERIAL);
    await play(world, secretDestroy, input);
    expect(left(world)).toEqual(['new_key']);
    const made = world.ledger.keys.get(String(input.replacement.id));
    if (made === undefined) throw new Error('no replacement');
    world.ledger.apply([{ type: 'key_revoked', key: made.id, replacedBy: null }], NOON);
    await play(world, secretDestroy, { key: keyRefOf(made), replacement: null });
    expect(left(world)).toEqual([]);
  });

  test('keeps what was quarantined for audit', async () => {
    const world = aStepWorld();
    await play(world, keyQuarantine, { key });
    const { input } = await delivered(world);
    world.ledger.apply([{ type: 'key_revoked', key: aKey().id, replacedBy: null }], NOON);
    await play(world, secretDestroy, input);
    expect(left(world)).toEqual(['evidence']);
  });

  test('keeps what another rotation of the same key may have to put back', async () => {
    const { world, input } = await delivered();
    world.sink.targets.set('/run/secrets/payments', OLD_MATERIAL);
    world.ledger.reader.openRotationOf = async () => aRotation();
    await play(world, secretDestroy, input);
    expect(left(world)).toEqual(['evidence']);
  });
});

test('what a rotation kept that made way for this one goes with it', async () => {
  const { world, input } = await delivered();
  const made = world.ledger.keys.get(String(input.replacement.id));
  if (made === undefined) throw new Error('no replacement');
  world.ledger.apply([{ type: 'key_retired', key: aKey().id, graceEndsAt: NOON }], NOON);
  // v3 is in the grace that an emergency has cut, and v4 is replaced now.
  await play(world, secretDestroy, { key: keyRefOf(made), replacement: null });
  expect(left(world)).toEqual(['new_key']);
});

test('an offer needs somebody whom it is for', async () => {
  const world = aStepWorld();
  const made = done(await play(world, keyCreate, { replaces: key, scopes: 'same' })) as JsonObject;
  await expect(play(world, secretDeliver, { ...made, to: 'claim' })).rejects.toThrow('name the recipient');
});
