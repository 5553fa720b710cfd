import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyCreate } from '../../src/steps/key-create.ts';
import { secretDeliver } from '../../src/steps/secret-deliver.ts';
import { aStepWorld, OLD_MATERIAL, type StepWorld } from '../support/a-step-context.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, play, playThrough, probe, typesOf, undo, waiting } from '../support/play-step.ts';

const TARGET = '/run/secrets/payments';

/** A world in which a replacement was minted, and the input to deliver it. */
async function minted(world = aStepWorld()) {
  const outputs = done(await play(world, keyCreate, { replaces: keyRefOf(aKey()), scopes: 'same' }));
  const { key, secret } = outputs as { key: { id: string }; secret: { secret: string } };
  return { world, key, input: { key, secret, to: 'owner' } };
}

const there = (world: StepWorld) => world.sink.targets.get(TARGET);

describe('secret.deliver', () => {
  test('puts the new material where the caller reads it, activates the key and names only the place', async () => {
    const { world, key, input } = await minted();
    const result = await playThrough(world, secretDeliver, input);
    expect(done(result)).toEqual({ sink: 'file', target: TARGET });
    expect(typesOf(result.events)).toEqual(['secret_delivered', 'key_activated']);
    expect(there(world)).toContain('-new-');
    expect(world.ledger.keys.get(key.id)?.state).toBe('active');
  });

  test('keeps what it overwrites when no step has kept it before', async () => {
    const { world, input } = await minted();
    await playThrough(world, secretDeliver, input);
    const [kept] = await world.context.ledger.secretsOfKey(aKey().id);
    expect(kept?.purpose).toBe('evidence');
    if (kept !== undefined) expect(world.context.vault.open(kept).reveal()).toBe(OLD_MATERIAL);
  });

  test('knows after a crash that the material had arrived', async () => {
    const { world, input } = await minted();
    expect(await probe(world, secretDeliver, input)).toBe('did_not_happen');
    await play(world, secretDeliver, input);
    await secretDeliver.perform(secretDeliver.with.parse(input), world.context);
    const result = await probe(world, secretDeliver, input);
    expect(result === 'did_not_happen' ? result : typesOf(result.events)).toEqual([
      'secret_delivered',
      'key_activated',
    ]);
  });

  test('is undone by putting the old material back; a second undo changes nothing', async () => {
    const { world, input } = await minted();
    const outputs = done(await playThrough(world, secretDeliver, input));
    expect(typesOf(await undo(world, secretDeliver, { input, outputs }))).toEqual(['secret_withdrawn']);
    expect(there(world)).toBe(OLD_MATERIAL);
    expect(await undo(world, secretDeliver, { input, outputs })).toEqual([]);
  });

  test('has what it overwrites on record before it overwrites it: a crash in between loses nothing', async () => {
    const { world, input } = await minted();
    const first = await play(world, secretDeliver, input);
    expect(waiting(first)).toEqual({ kind: 'time', until: NOON });
    expect(typesOf(first.events)).toEqual(['secret_sealed']);
    expect(there(world)).toBe(OLD_MATERIAL);
    // The effect, and a crash before its outcome is recorded.
    await secretDeliver.perform(secretDeliver.with.parse(input), world.context);
    expect(there(world)).toContain('-new-');
    await undo(world, secretDeliver, { input, outputs: null });
    expect(there(world)).toBe(OLD_MATERIAL);
  });

  test('keeps what the owner has put in since an earlier run kept something else', async () => {
    const { world, input } = await minted();
    await play(world, secretDeliver, input);
    world.sink.targets.set(TARGET, 'put in by hand');
    world.at(minutesAfter(NOON, 1));
    const outputs = done(await playThrough(world, secretDeliver, input));
    await undo(world, secretDeliver, { input, outputs });
    expect(there(world)).toBe('put in by hand');
  });

  test('seals what is there only once', async () => {
    const { world, input } = await minted();
    await play(world, secretDeliver, input);
    await playThrough(world, secretDeliver, input);
    expect(await world.context.ledger.secretsOfKey(aKey().id)).toHaveLength(1);
  });

  test('goes on although the clock was set back between keeping and delivering', async () => {
    const { world, input } = await minted();
    await play(world, secretDeliver, input);
    world.sink.targets.set(TARGET, 'put in by hand');
    world.at(minutesAfter(NOON, -5));
    expect(done(await playThrough(world, secretDeliver, input))).toEqual({ sink: 'file', target: TARGET });
    expect(await world.context.ledger.secretsOfKey(aKey().id)).toHaveLength(2);
  });

  describe('a replacement that was proved to work', () => {
    async function proved(old: Partial<ReturnType<typeof aKey>>) {
      const { world, key, input } = await minted();
      const outputs = done(await playThrough(world, secretDeliver, input));
      const id = KeyId.parse(key.id);
      world.ledger.apply([{ type: 'key_proved_live', key: id, probes: 3, how: 'accepted' }], NOON);
      world.ledger.keys.set(aKey().id, aKey({ expiresAt: daysAfter(NOON, 9), ...old }));
      const made = { input: { replaces: keyRefOf(aKey()), scopes: 'same' }, outputs: { key, secret: input.secret } };
      return { world, delivered: { input, outputs }, made };
    }

    test.each([
      ['expired by the clock', { expiresAt: NOON }],
      ['expired', { state: 'expired' as const }],
      ['revoked', { state: 'revoked' as const, revokedAt: NOON }],
    ])('is not taken back for a key that is %s', async (_how, old) => {
      const { world, delivered, made } = await proved(old);
      await expect(undo(world, secretDeliver, delivered)).rejects.toThrow('kept: payments-prod v4 is in use');
      await expect(undo(world, keyCreate, made)).rejects.toThrow('kept: payments-prod v4 is in use');
      expect(there(world)).toContain('-new-');
      expect(world.provider.live.size).toBe(2);
    });

    test('is taken back for a key that still works', async () => {
      const { world, delivered, made } = await proved({});
      await undo(world, secretDeliver, delivered);
      await undo(world, keyCreate, made);
      expect(there(world)).toBe(OLD_MATERIAL);
    });
  });

  test('is undone by removing what it put there when nothing had been there', async () => {
    const world = aStepWorld();
    world.sink.targets.clear();
    const { input } = await minted(world);
    const outputs = done(await playThrough(world, secretDeliver, input));
    await undo(world, secretDeliver, { input, outputs });
    expect(there(world)).toBeUndefined();
  });

  test('leaves alone what a person has put there meanwhile', async () => {
    const { world, input } = await minted();
    const outputs = done(await playThrough(world, secretDeliver, input));
    world.sink.targets.set(TARGET, 'repaired by hand');
    expect(await undo(world, secretDeliver, { input, outputs })).toEqual([]);
    expect(there(world)).toBe('repaired by hand');
  });

  test('undoes nothing when the crash came before the delivery', async () => {
    const { world, input } = await minted();
    expect(await undo(world, secretDeliver, { input, outputs: null })).toEqual([]);
    expect(there(world)).toBe(OLD_MATERIAL);
  });

  test('refuses the material of another key', async () => {
    const { world, input } = await minted();
    await expect(play(world, secretDeliver, { ...input, key: keyRefOf(aKey()) })).rejects.toThrow(
      'is not the material of payments-prod v3',
    );
    expect(there(world)).toBe(OLD_MATERIAL);
  });

  test('says what to register when the key has no place', async () => {
    const { world, input } = await minted(aStepWorld({ key: { delivery: null } }));
    await expect(play(world, secretDeliver, input)).rejects.toThrow('add the sink and target that its caller reads');
  });
});
