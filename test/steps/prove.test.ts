import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyCreate } from '../../src/steps/key-create.ts';
import { keyProveDead } from '../../src/steps/key-prove-dead.ts';
import { keyProveLive } from '../../src/steps/key-prove-live.ts';
import { keyQuarantine } from '../../src/steps/key-quarantine.ts';
import { keyRevoke } from '../../src/steps/key-revoke.ts';
import { secretDeliver } from '../../src/steps/secret-deliver.ts';
import { aStepWorld, digestOf, OLD_MATERIAL, type StepWorld } from '../support/a-step-context.ts';
import { aKey, aStep, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, failure, play, playThrough, resume, typesOf, waiting } from '../support/play-step.ts';

const old = keyRefOf(aKey());
const oldKey = (world: StepWorld) => world.ledger.keys.get(aKey().id) ?? aKey();

/** Mints a replacement and, unless told otherwise, delivers it. */
async function replaced(world = aStepWorld(), { deliver = true } = {}) {
  const made = done(await play(world, keyCreate, { replaces: old, scopes: 'same' })) as {
    key: JsonObject;
    secret: { secret: string };
  };
  if (deliver) await playThrough(world, secretDeliver, { secret: made.secret, key: made.key, to: 'owner' });
  return { world, made, live: { key: made.key, secret: made.secret, times: 3 } };
}

describe('key.prove_live', () => {
  test('calls with the new key as often as asked, and destroys the copy that nobody needs any more', async () => {
    const { world, live, made } = await replaced();
    const result = await play(world, keyProveLive, live);
    expect(done(result)).toMatchObject({ probes: 3, how: expect.stringContaining('accepted') });
    expect(typesOf(result.events)).toEqual(['key_proved_live', 'secret_destroyed']);
    expect(world.ledger.secrets.get(made.secret.secret)?.envelope).toBeNull();
  });

  test.each(['rejected', 'unreachable'] as const)(
    'tries again later when one probe of three was %s',
    async (verdict) => {
      const { world, live } = await replaced();
      world.provider.verdicts.push('accepted', verdict);
      await expect(play(world, keyProveLive, live)).rejects.toThrow(`was ${verdict} in probe 2 of 3`);
      expect(done(await play(world, keyProveLive, live))).toMatchObject({ probes: 3 });
    },
  );

  test('keeps the only copy while the recipient does not have it', async () => {
    const { world, live } = await replaced(undefined, { deliver: false });
    expect(typesOf((await play(world, keyProveLive, live)).events)).toEqual(['key_proved_live']);
  });

  test('proves a second time with what the recipient has', async () => {
    const { world, live } = await replaced();
    await play(world, keyProveLive, live);
    expect(typesOf((await play(world, keyProveLive, live)).events)).toEqual(['key_proved_live']);
    world.sink.targets.set('/run/secrets/payments', 'something else');
    await expect(play(world, keyProveLive, live)).rejects.toThrow('does not hold it');
  });

  test('refuses the material of another key', async () => {
    const { world, live } = await replaced();
    await expect(play(world, keyProveLive, { ...live, key: old })).rejects.toThrow(
      'is not the material of payments-prod v3',
    );
  });
});

describe('key.revoke', () => {
  const input = (made: { key: JsonObject }) => ({ key: old, replaced_by: made.key });

  test('is a point of no return, and nothing takes it back', () => {
    expect(keyRevoke.undo.kind).toBe('point_of_no_return');
    expect(keyRevoke.effect).toBe('destroys');
  });

  test('revokes once the replacement was proved to work, and contains', async () => {
    const { world, made, live } = await replaced();
    await play(world, keyProveLive, live);
    const result = await play(world, keyRevoke, input(made));
    expect(result.events).toEqual([
      { type: 'key_revoked', key: aKey().id, replacedBy: made.key.id },
      { type: 'incident_contained', incident: 'inc-1' },
    ]);
    expect(world.provider.live.has(digestOf(OLD_MATERIAL))).toBe(false);
  });

  test('leaves the old key alone while its replacement is unproven', async () => {
    const { world, made } = await replaced();
    await expect(play(world, keyRevoke, input(made))).rejects.toThrow(
      'was never proved to work. Prove it with key.prove_live first',
    );
    expect(world.provider.live.has(digestOf(OLD_MATERIAL))).toBe(true);
  });

  test('leaves the old key alone when its replacement was taken back', async () => {
    const { world, made, live } = await replaced();
    await play(world, keyProveLive, live);
    world.ledger.apply([{ type: 'key_revoked', key: made.key.id as never, replacedBy: null }], NOON);
    await expect(play(world, keyRevoke, input(made))).rejects.toThrow('is revoked and no longer usable');
  });

  test.each([
    ['exploited', { key: old, replaced_by: null }, ['key_compromised', 'key_revoked', 'incident_contained']],
    ['suspected', { key: old, replaced_by: null }, ['key_compromised', 'key_revoked', 'incident_contained']],
    ['expired', { key: old, replaced_by: null }, ['key_revoked', 'incident_contained']],
  ])('a key that is %s', async (situation, given, events) => {
    const world = aStepWorld({ run: { inputs: { situation } } });
    expect(typesOf((await play(world, keyRevoke, given)).events)).toEqual(events);
  });

  test('does not wait for a proof while somebody exploits the key', async () => {
    const { world, made } = await replaced(aStepWorld({ run: { inputs: { situation: 'exploited' } } }), {
      deliver: false,
    });
    expect(typesOf((await play(world, keyRevoke, input(made))).events)).toContain('key_revoked');
  });

  test('done again, changes nothing', async () => {
    const world = aStepWorld();
    await play(world, keyRevoke, { key: old, replaced_by: null });
    const again = await play(world, keyRevoke, { key: old, replaced_by: null });
    expect(again).toEqual({ kind: 'done', outputs: { already: true }, events: [] });
  });

  test('adopts a revocation that a person saw: it is recorded, and the provider is not asked again', async () => {
    const world = aStepWorld();
    const adopted = await keyRevoke.adopt?.(keyRevoke.with.parse({ key: old, replaced_by: null }), world.context);
    expect(typesOf(adopted?.events ?? [])).toContain('key_revoked');
    expect(world.provider.live.has(digestOf(OLD_MATERIAL))).toBe(true);
  });

  test.each(['embedded', 'passphrase'] as const)('never revokes a key of the class %s', async (keyClass) => {
    const world = aStepWorld({ key: { class: keyClass }, run: { inputs: { situation: 'exploited' } } });
    await expect(play(world, keyRevoke, { key: old, replaced_by: null })).rejects.toThrow('a runbook never revokes it');
    expect(world.provider.live.size).toBe(1);
  });
});

describe('key.prove_dead', () => {
  const input = { key: old, secret: null };

  test('records the proof as soon as the old key is rejected', async () => {
    const world = aStepWorld();
    await play(world, keyRevoke, { key: old, replaced_by: null });
    const result = await play(world, keyProveDead, input);
    expect(typesOf(result.events)).toEqual(['key_proved_dead']);
    expect(done(result).how).toContain('rejected');
  });

  test('tries the very material that was sealed, and keeps it', async () => {
    const world = aStepWorld();
    const { material } = done(await play(world, keyQuarantine, { key: old }));
    await play(world, keyRevoke, { key: old, replaced_by: null });
    const result = await play(world, keyProveDead, { key: old, secret: material ?? null });
    expect(typesOf(result.events)).toEqual(['key_proved_dead']);
    expect([...world.ledger.secrets.values()].every((one) => one.envelope !== null)).toBe(true);
  });

  test('does not take the rejection of something else for a proof', async () => {
    const world = aStepWorld();
    world.sink.targets.set('/run/secrets/payments', 'another key');
    const { material } = done(await play(world, keyQuarantine, { key: old }));
    // The key itself still works at the provider.
    expect((await play(world, keyProveDead, { key: old, secret: material ?? null })).kind).toBe('wait');
  });

  test('records the expiry that nobody had noticed', async () => {
    const world = aStepWorld();
    world.provider.live.clear();
    const result = await play(world, keyProveDead, input);
    expect(typesOf(result.events)).toEqual(['key_expired', 'key_proved_dead']);
    expect(oldKey(world)).toMatchObject({ state: 'expired', provedDeadAt: NOON });
  });

  test('refuses to prove the death of a key that is meant to work', async () => {
    const world = aStepWorld({ key: { expiresAt: daysAfter(NOON, 5) } });
    await expect(play(world, keyProveDead, input)).rejects.toThrow('revoke it before proving that it is dead');
  });

  test('probes every 10 seconds, and fails loudly after the enforcement delay and two minutes', async () => {
    const world = aStepWorld();
    const key = oldKey(world);
    world.ledger.keys.set(key.id, { ...key, state: 'revoked', revokedAt: NOON });
    const run = world.context.run;
    world.ledger.runs.set(run.id, { ...run, steps: { step: aStep('step', { state: 'started' }) } });
    let result = await play(world, keyProveDead, input);
    let probes = 1;
    while (result.kind === 'wait') {
      const waits = waiting(result);
      if (waits.kind !== 'time') throw new Error('expected to wait for an instant');
      expect(waits.until.getTime() - world.context.now().getTime()).toBeLessThanOrEqual(10_000);
      world.at(waits.until);
      result = await resume(world, keyProveDead, { input, waiting: waits });
      probes += 1;
    }
    expect(world.context.now()).toEqual(minutesAfter(NOON, 3));
    expect(probes).toBe(19);
    expect(failure(result)).toContain('payments-prod v3 STILL WORKS 3 min after its end');
    expect(result.events).toEqual([]);
  });

  test('says that nothing could tell when the provider never answered', async () => {
    const world = aStepWorld();
    const run = world.context.run;
    world.ledger.runs.set(run.id, { ...run, steps: { step: aStep('step', { state: 'started' }) } });
    world.at(minutesAfter(NOON, 4));
    world.provider.verdicts.push('unreachable');
    const { material } = done(await play(world, keyQuarantine, { key: old }));
    const asked = { key: old, secret: material ?? null };
    expect(failure(await play(world, keyProveDead, asked))).toContain('Nothing could say');
  });

  test('tries what is still at its place when nobody has sealed it', async () => {
    const world = aStepWorld();
    world.provider.live.clear();
    const tried: (string | null)[] = [];
    const { probe } = world.provider;
    world.provider.probe = async (key, material, signal) => {
      tried.push(material?.reveal() ?? null);
      return probe(key, material, signal);
    };
    await play(world, keyProveDead, input);
    expect(tried).toEqual([OLD_MATERIAL]);
  });

  test('tries what the delivery kept, when its place holds the new key', async () => {
    const { world } = await replaced();
    world.provider.live.delete(digestOf(OLD_MATERIAL));
    expect(done(await play(world, keyProveDead, input))).toMatchObject({ proved: true });
    const [kept] = await world.context.ledger.secretsOfKey(aKey().id);
    expect(kept).toMatchObject({ purpose: 'evidence', destroyedAt: null });
  });

  test('without its material, ends without a proof when nothing could try it', async () => {
    const world = aStepWorld();
    world.sink.targets.clear();
    const run = world.context.run;
    world.ledger.runs.set(run.id, { ...run, steps: { step: aStep('step', { state: 'started' }) } });
    world.at(minutesAfter(NOON, 4));
    world.provider.verdicts.push('unreachable');
    const result = await play(world, keyProveDead, input);
    expect(done(result)).toMatchObject({ proved: false });
    expect(typesOf(result.events)).not.toContain('key_proved_dead');
  });
});

describe('an incident is recovered', () => {
  test('when the old key is proved dead after the new one was proved live', async () => {
    const { world, live } = await replaced();
    expect(typesOf((await play(world, keyProveLive, live)).events)).not.toContain('incident_recovered');
    await play(world, keyRevoke, { key: old, replaced_by: null });
    expect(typesOf((await play(world, keyProveDead, { key: old, secret: null })).events)).toContain(
      'incident_recovered',
    );
  });

  test('when the new key is proved live after the old one was proved dead', async () => {
    const world = aStepWorld({ run: { inputs: { situation: 'exploited' } } });
    await play(world, keyRevoke, { key: old, replaced_by: null });
    expect(typesOf((await play(world, keyProveDead, { key: old, secret: null })).events)).not.toContain(
      'incident_recovered',
    );
    const { live } = await replaced(world);
    expect(typesOf((await play(world, keyProveLive, live)).events)).toContain('incident_recovered');
  });

  test('not by a replacement that was taken back', async () => {
    const { world, live, made } = await replaced();
    await play(world, keyProveLive, live);
    world.ledger.apply([{ type: 'key_revoked', key: made.key.id as never, replacedBy: null }], NOON);
    await play(world, keyRevoke, { key: old, replaced_by: null });
    expect(typesOf((await play(world, keyProveDead, { key: old, secret: null })).events)).not.toContain(
      'incident_recovered',
    );
  });
});
