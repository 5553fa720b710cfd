import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyRetire } from '../../src/steps/key-retire.ts';
import { aStepWorld, digestOf } from '../support/a-step-context.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, play, typesOf, undo } from '../support/play-step.ts';

const NEW_MATERIAL = 'rekey_test_canary-material-new';

/** v3 with 60 days left and v4 beside it, delivered and proved to work. */
function aReplacedKey({ old = {}, fresh = {} }: { old?: Partial<Key>; fresh?: Partial<Key> } = {}) {
  const world = aStepWorld({ key: { expiresAt: daysAfter(NOON, 60), ...old } });
  const replacement = aKey({
    id: KeyId.parse('key-payments4'),
    version: 4,
    digest: digestOf(NEW_MATERIAL),
    predecessor: aKey().id,
    expiresAt: daysAfter(NOON, 90),
    provedLiveAt: NOON,
    ...fresh,
  });
  world.ledger.keys.set(replacement.id, replacement);
  world.sink.targets.set('/run/secrets/payments', NEW_MATERIAL);
  const input = { key: keyRefOf(aKey()), replaced_by: keyRefOf(replacement), grace_minutes: 60 };
  return { world, input, old: () => world.ledger.keys.get(aKey().id) };
}

describe('key.retire', () => {
  test('begins the grace, and says when it ends', async () => {
    const { world, input, old } = aReplacedKey();
    const result = await play(world, keyRetire, input);
    expect(done(result)).toEqual({ grace_ends_at: minutesAfter(NOON, 60).toISOString() });
    expect(old()).toMatchObject({ state: 'retiring', graceEndsAt: minutesAfter(NOON, 60) });
  });

  test.each<[string, Partial<Key>, string]>([
    ['was never proved', { provedLiveAt: null }, 'was never proved to work'],
    ['is not in use', { state: 'pending' }, 'is pending'],
    ['was taken back', { state: 'revoked', revokedAt: NOON }, 'is revoked'],
    ['is not at its place', { digest: digestOf('another one') }, 'is not where its caller reads it'],
  ])('begins none when the replacement %s', async (_what, fresh, sentence) => {
    const { world, input, old } = aReplacedKey({ fresh });
    await expect(play(world, keyRetire, input)).rejects.toThrow(sentence);
    expect(old()).toMatchObject({ state: 'active' });
  });

  test('never outlives the old key', async () => {
    const { world, input } = aReplacedKey({ old: { expiresAt: minutesAfter(NOON, 20) } });
    expect(done(await play(world, keyRetire, input))).toEqual({ grace_ends_at: minutesAfter(NOON, 20).toISOString() });
  });

  test('is none at all for a key whose time is over: that is recorded instead', async () => {
    const { world, input } = aReplacedKey({ old: { expiresAt: NOON } });
    expect(typesOf((await play(world, keyRetire, input)).events)).toEqual(['key_expired']);
  });

  test.each(['suspended', 'expired', 'revoked'] as const)('brings no key back that is %s', async (state) => {
    const { world, input } = aReplacedKey({ old: { state, ...(state === 'revoked' && { revokedAt: NOON }) } });
    expect((await play(world, keyRetire, input)).events).toEqual([]);
  });

  test('makes a grace that is under way shorter and never longer', async () => {
    for (const [left, ends] of [
      [600, 60],
      [10, 10],
    ] as const) {
      const { world, input, old } = aReplacedKey({
        old: { state: 'retiring', retiringAt: minutesAfter(NOON, -5), graceEndsAt: minutesAfter(NOON, left) },
      });
      await play(world, keyRetire, input);
      expect(old()).toMatchObject({ state: 'retiring', graceEndsAt: minutesAfter(NOON, ends), retiringAt: NOON });
    }
  });

  test.each([0, 10_081])('takes no grace of %d minutes: a runbook cannot plan an outage (S1-25)', (minutes) => {
    const { input } = aReplacedKey();
    expect(keyRetire.with.safeParse({ ...input, grace_minutes: minutes }).success).toBe(false);
  });

  test('is undone by making the old key active again; a second undo, or one without a grace, changes nothing', async () => {
    const { world, input, old } = aReplacedKey();
    expect(await undo(world, keyRetire, { input, outputs: null })).toEqual([]);
    const outputs = done(await play(world, keyRetire, input));
    expect(typesOf(await undo(world, keyRetire, { input, outputs }))).toEqual(['key_reinstated']);
    expect(old()).toMatchObject({ state: 'active', graceEndsAt: null });
    expect(await undo(world, keyRetire, { input, outputs })).toEqual([]);
  });

  test('leaves a key suspended that was suspended in its grace, and takes only the grace from it, once', async () => {
    const { world, input, old } = aReplacedKey();
    const outputs = done(await play(world, keyRetire, input));
    world.ledger.apply([{ type: 'key_suspended', key: aKey().id, reason: 'odd traffic' }], NOON);
    expect(typesOf(await undo(world, keyRetire, { input, outputs }))).toEqual(['key_grace_taken_back']);
    expect(old()).toMatchObject({ state: 'suspended', retiringAt: null, graceEndsAt: null });
    expect(await undo(world, keyRetire, { input, outputs })).toEqual([]);
  });
});
