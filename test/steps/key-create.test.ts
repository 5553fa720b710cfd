import { describe, expect, test } from 'vitest';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyCreate } from '../../src/steps/key-create.ts';
import { aStepWorld, CANARY, type StepWorld } from '../support/a-step-context.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, play, typesOf, undo } from '../support/play-step.ts';

const inputFor = (world: StepWorld, scopes = 'minimal') => ({ replaces: keyRefOf(oldKey(world)), scopes });

function oldKey(world: StepWorld) {
  return world.ledger.keys.get(aKey().id) ?? aKey();
}

describe('key.create', () => {
  test('mints a pending successor that nobody saw, with everything the old key was registered with (S2-07, S2-30, S3-07)', async () => {
    const world = aStepWorld();
    const result = await play(world, keyCreate, inputFor(world));
    const { key, secret } = keyCreate.outputs.parse(done(result)) as {
      key: { id: string };
      secret: { secret: string };
    };
    expect(typesOf(result.events)).toEqual(['key_issued', 'secret_sealed']);
    expect(world.ledger.keys.get(key.id)).toMatchObject({
      slug: 'payments-prod',
      version: 4,
      state: 'pending',
      predecessor: aKey().id,
      owner: 'carol',
      escalation: 'group:oncall',
      delivery: aKey().delivery,
      probeUrl: null,
      rateLimit: 1_000,
      createdAt: NOON,
      activatedAt: null,
      provedLiveAt: null,
    });
    const sealed = world.ledger.secrets.get(secret.secret);
    expect(sealed).toMatchObject({ key: key.id, purpose: 'new_key' });
    if (sealed !== undefined) expect(world.context.vault.open(sealed).reveal()).toContain(CANARY);
  });

  test('gives the successor its own 90 days, whatever the old key had left', async () => {
    const world = aStepWorld({ key: { expiresAt: minutesAfter(NOON, 10) } });
    await play(world, keyCreate, inputFor(world));
    expect(world.provider.requests[0]?.expiresAt).toEqual(daysAfter(NOON, 90));
    expect([...world.ledger.keys.values()].at(-1)?.expiresAt).toEqual(daysAfter(NOON, 90));
  });

  test.each([
    ['minimal', ['payments:read']],
    ['same', ['payments:*', 'payments:read', 'payments:read']],
  ])('asks the provider for %s scopes', async (scopes, expected) => {
    const world = aStepWorld({ key: { scopes: ['payments:*', 'payments:read', 'payments:read'] } });
    await play(world, keyCreate, inputFor(world, scopes));
    expect(world.provider.requests[0]?.scopes).toEqual(expected);
  });

  test('never makes a second live key when a crash makes the step start again', async () => {
    const world = aStepWorld();
    const input = keyCreate.with.parse(inputFor(world));
    await keyCreate.perform(input, world.context);
    await keyCreate.perform(input, world.context);
    expect(world.provider.created.size).toBe(1);
    expect(world.provider.live.size).toBe(2);
  });

  test('counts on from the highest version, a rolled-back one included', async () => {
    const world = aStepWorld();
    const rolledBack = aKey({ id: 'key-payments4' as never, version: 4, state: 'revoked', revokedAt: NOON });
    world.ledger.keys.set(rolledBack.id, rolledBack);
    await play(world, keyCreate, inputFor(world));
    expect([...world.ledger.keys.values()].at(-1)?.version).toBe(5);
  });

  test('refuses to mint a passphrase in an outage', async () => {
    const world = aStepWorld({ key: { class: 'passphrase' } });
    await expect(play(world, keyCreate, inputFor(world))).rejects.toThrow('Restore the last known-good one');
    expect(world.provider.created.size).toBe(0);
  });

  test('is undone by revoking the replacement and destroying its sealed copy; a second undo changes nothing', async () => {
    const world = aStepWorld();
    const input = inputFor(world);
    const outputs = done(await play(world, keyCreate, input));
    expect(typesOf(await undo(world, keyCreate, { input, outputs }))).toEqual(['key_revoked', 'secret_destroyed']);
    expect(world.provider.live.size).toBe(1);
    expect(oldKey(world).state).toBe('active');
    expect(await undo(world, keyCreate, { input, outputs })).toEqual([]);
  });

  test.each([
    ['embedded', NOON, 'Two people decide when it ends'],
    ['embedded', null, null],
    ['api_key', NOON, null],
  ] as const)('is taken back unless it may be in shipped devices (case %#)', async (keyClass, provedLiveAt, kept) => {
    const world = aStepWorld({ key: { class: keyClass, expiresAt: null } });
    const input = inputFor(world);
    const outputs = done(await play(world, keyCreate, input));
    const [, made] = [...world.ledger.keys.values()];
    if (made !== undefined) world.ledger.keys.set(made.id, { ...made, state: 'active', provedLiveAt });
    const undone = undo(world, keyCreate, { input, outputs });
    if (kept !== null) await expect(undone).rejects.toThrow(kept);
    else expect(typesOf(await undone)).toEqual(['key_revoked', 'secret_destroyed']);
  });

  test('has nothing to undo when it was never recorded', async () => {
    const world = aStepWorld();
    expect(await undo(world, keyCreate, { input: inputFor(world), outputs: null })).toEqual([]);
  });

  test('says which provider is not connected', async () => {
    const world = aStepWorld({ key: { provider: 'stigmem' } });
    await expect(play(world, keyCreate, inputFor(world))).rejects.toThrow(
      'the provider stigmem, which is not connected. Connected: ledger',
    );
  });

  test('works with the row as it is now, not as it was when the run began', async () => {
    const world = aStepWorld();
    const input = inputFor(world);
    const key = oldKey(world);
    world.ledger.keys.set(key.id, { ...key, scopes: ['payments:read'] });
    await play(world, keyCreate, input);
    expect(world.provider.requests[0]?.scopes).toEqual(['payments:read']);
  });
});
