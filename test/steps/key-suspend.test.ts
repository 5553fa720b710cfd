import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keySuspend } from '../../src/steps/key-suspend.ts';
import { aStepWorld, digestOf, OLD_MATERIAL } from '../support/a-step-context.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, play, typesOf, undo } from '../support/play-step.ts';

const valid = { expiresAt: daysAfter(NOON, 30) };
const input = { key: keyRefOf(aKey(valid)), reason: 'seen in a public gist' };
const incidentKey = aKey().id;

describe('key.suspend', () => {
  test('makes the provider refuse the key, and with that contains its incident', async () => {
    const world = aStepWorld({ key: valid });
    const result = await play(world, keySuspend, input);
    expect(done(result)).toEqual({ already: false });
    expect(typesOf(result.events)).toEqual(['key_suspended', 'incident_contained']);
    expect(world.provider.live).not.toContain(digestOf(OLD_MATERIAL));
    expect(world.ledger.keys.get(incidentKey)?.state).toBe('suspended');
  });

  test('brings the key back when the run is taken back, once and not twice', async () => {
    const world = aStepWorld({ key: valid });
    const outputs = done(await play(world, keySuspend, input));
    expect(typesOf(await undo(world, keySuspend, { input, outputs }))).toEqual(['key_reinstated']);
    expect(world.provider.live).toContain(digestOf(OLD_MATERIAL));
    expect(await undo(world, keySuspend, { input, outputs })).toEqual([]);
  });

  test('reinstates at the provider what a crash left suspended there before the ledger heard of it', async () => {
    const world = aStepWorld({ key: valid });
    world.provider.live.clear();
    expect(await undo(world, keySuspend, { input, outputs: null })).toEqual([]);
    expect(world.provider.live).toContain(digestOf(OLD_MATERIAL));
  });

  test('leaves a key suspended that somebody else had suspended', async () => {
    const world = aStepWorld({ key: { ...valid, state: 'suspended', suspendedAt: NOON } });
    const outputs = done(await play(world, keySuspend, input));
    expect(outputs).toEqual({ already: true });
    expect(await undo(world, keySuspend, { input, outputs })).toEqual([]);
    expect(world.ledger.keys.get(incidentKey)?.state).toBe('suspended');
  });

  test('does not bring back what was marked as compromised meanwhile', async () => {
    const world = aStepWorld({ key: valid });
    const outputs = done(await play(world, keySuspend, input));
    world.ledger.apply([{ type: 'key_compromised', key: incidentKey }], NOON);
    await expect(undo(world, keySuspend, { input, outputs })).rejects.toThrow('it does not come back');
    expect(world.provider.live).not.toContain(digestOf(OLD_MATERIAL));
  });

  test('refuses the last live admin key of a provider, and takes it when there is another one', async () => {
    const world = aStepWorld({ key: { ...valid, administers: 'stoa' } });
    await expect(play(world, keySuspend, input)).rejects.toThrow('is the last live admin key of stoa');
    const second = aKey({ ...valid, id: KeyId.parse('key-admin2'), slug: 'stoa-second', administers: 'stoa' });
    world.ledger.keys.set(second.id, second);
    expect(done(await play(world, keySuspend, input))).toEqual({ already: false });
  });

  test('fails clearly where the provider cannot bring a key back', async () => {
    const world = aStepWorld({ key: valid });
    Object.assign(world.provider.capabilities, { suspend: false });
    await expect(play(world, keySuspend, input)).rejects.toThrow('cannot suspend a key and bring it back');
  });

  test('refuses a key whose time is over', async () => {
    const world = aStepWorld({ key: { expiresAt: minutesAfter(NOON, -1) } });
    await expect(play(world, keySuspend, input)).rejects.toThrow('is expired and cannot become suspended');
  });

  test('says in a plan which key the provider would be asked to refuse, and how long it may still count', async () => {
    const world = aStepWorld({ key: valid });
    expect(await keySuspend.forecast?.(input, world.context)).toEqual({
      calls: ['ledger: suspend payments-prod v3'],
      people: [],
      notices: [],
      enforcementDelayMs: 60_000,
    });
  });
});
