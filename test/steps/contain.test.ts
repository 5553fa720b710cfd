import { describe, expect, test } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyQuarantine } from '../../src/steps/key-quarantine.ts';
import { providerProbeAdmin } from '../../src/steps/provider-probe-admin.ts';
import { runbookStart } from '../../src/steps/runbook-start.ts';
import { aStepWorld, OLD_MATERIAL, type StepWorld } from '../support/a-step-context.ts';
import { aKey, aStep, daysAfter, NOON } from '../support/builders.ts';
import { done, failure, play, resume, typesOf, waiting } from '../support/play-step.ts';

const input = { key: keyRefOf(aKey()) };

describe('key.quarantine', () => {
  test('seals the failed material for audit, hands out only a handle, and contains', async () => {
    const world = aStepWorld();
    const result = await play(world, keyQuarantine, input);
    expect(typesOf(result.events)).toEqual(['secret_sealed', 'key_quarantined', 'incident_contained']);
    const { material } = done(result) as { material: { secret: string } };
    const sealed = world.ledger.secrets.get(material.secret);
    expect(sealed).toMatchObject({ key: aKey().id, purpose: 'evidence' });
    if (sealed !== undefined) expect(world.context.vault.open(sealed).reveal()).toBe(OLD_MATERIAL);
    expect(world.ledger.keys.get(aKey().id)?.quarantinedAt).toEqual(NOON);
  });

  test.each<[string, (world: StepWorld) => void, string, boolean]>([
    ['the registered place is empty', (world) => world.sink.targets.clear(), 'absent', false],
    [
      'the caller held something else',
      (world) => void world.sink.targets.set('/run/secrets/payments', 'another key'),
      'different',
      true,
    ],
  ])('says so when %s', async (_case, arrange, material, sealed) => {
    const world = aStepWorld();
    arrange(world);
    const result = await play(world, keyQuarantine, input);
    expect(result.events).toContainEqual({ type: 'key_quarantined', key: aKey().id, material });
    expect(done(result).material !== null).toBe(sealed);
  });

  test('has nothing to keep for a key without a place', async () => {
    const result = await play(aStepWorld({ key: { delivery: null } }), keyQuarantine, input);
    expect(done(result)).toEqual({ material: null });
  });

  test('does not call it contained while the key still works for whoever has it', async () => {
    const world = aStepWorld({ key: { expiresAt: daysAfter(NOON, 5) } });
    expect(typesOf((await play(world, keyQuarantine, input)).events)).toEqual(['secret_sealed', 'key_quarantined']);
  });

  test('done again, gives the same handle and seals nothing twice', async () => {
    const world = aStepWorld();
    const first = done(await play(world, keyQuarantine, input));
    const again = await play(world, keyQuarantine, input);
    expect(done(again)).toEqual(first);
    expect(again.events).toEqual([]);
  });

  test('contains without an incident, too', async () => {
    const result = await play(aStepWorld({ run: { incident: null } }), keyQuarantine, input);
    expect(typesOf(result.events)).toEqual(['secret_sealed', 'key_quarantined']);
  });
});

describe('provider.probe_admin', () => {
  test.each([true, false])('passes on what a live probe says: available is %s', async (available) => {
    const world = aStepWorld();
    world.provider.admin = { available, how: 'GET /v1/me' };
    expect(done(await play(world, providerProbeAdmin, input))).toEqual({ available, how: 'GET /v1/me' });
  });
});

describe('runbook.start', () => {
  const start = { runbook: 'R-BREAK-GLASS', inputs: { key: keyRefOf(aKey()) } };

  async function started() {
    const world = aStepWorld();
    const result = await play(world, runbookStart, start);
    expect(typesOf(result.events)).toEqual(['run_started']);
    return { world, waits: waiting(result), child: RunId.parse('run-child') };
  }

  test('starts the other runbook and waits for it without a deadline', async () => {
    const { world, waits, child } = await started();
    expect(waits).toEqual({ kind: 'run', id: child, until: null });
    expect(world.ledger.runs.get(child)?.runbook.id).toBe('R-BREAK-GLASS');
    expect(waiting(await resume(world, runbookStart, { input: start, waiting: waits }))).toEqual(waits);
  });

  test('goes on when it has succeeded', async () => {
    const { world, waits, child } = await started();
    world.ledger.apply([{ type: 'run_finished', run: child, outcome: 'succeeded', why: 'every step ended' }], NOON);
    expect(done(await resume(world, runbookStart, { input: start, waiting: waits }))).toEqual({
      run: child,
      outcome: 'succeeded',
    });
  });

  test.each(['failed', 'cancelled'] as const)('fails with where it stopped when it %s', async (outcome) => {
    const { world, waits, child } = await started();
    const record = aStep('sealed_note', { state: 'failed', error: 'the envelope is empty.' });
    world.ledger.apply(
      [
        { type: 'step_recorded', run: child, record },
        { type: 'run_finished', run: child, outcome, why: '' },
      ],
      NOON,
    );
    const error = failure(await resume(world, runbookStart, { input: start, waiting: waits }));
    expect(error).toBe(`R-BREAK-GLASS (run-child) ${outcome} at sealed_note: the envelope is empty.`);
  });
});
