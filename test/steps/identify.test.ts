import { describe, expect, test } from 'vitest';
import { contentHash } from '../../src/domain/canonical.ts';
import { auditCapture } from '../../src/steps/audit-capture.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyClassify } from '../../src/steps/key-classify.ts';
import { aStepWorld } from '../support/a-step-context.ts';
import { aKey, anAlert, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { done, play, typesOf } from '../support/play-step.ts';

const input = { key: keyRefOf(aKey()) };

describe('key.classify', () => {
  test('names the class with its evidence and records that the key has expired', async () => {
    const world = aStepWorld();
    world.ledger.alerts.push(anAlert());
    const result = await play(world, keyClassify, input);
    expect(done(result)).toMatchObject({ class: 'api_key', why: expect.stringContaining('the symptom fits') });
    expect(typesOf(result.events)).toEqual(['key_expired', 'incident_classified']);
    expect(world.context.incident?.keyClass).toBe('api_key');
  });

  test.each([
    ['has time left', { expiresAt: daysAfter(NOON, 1) }],
    ['is recorded as expired already', { state: 'expired' as const }],
    ['is revoked', { state: 'revoked' as const, revokedAt: NOON }],
    ['never expires', { expiresAt: null }],
  ])('does not expire a key that %s', async (_case, key) => {
    const result = await play(aStepWorld({ key }), keyClassify, input);
    expect(typesOf(result.events)).toEqual(['incident_classified']);
  });

  test('classifies without an incident too', async () => {
    const result = await play(aStepWorld({ run: { incident: null } }), keyClassify, input);
    expect(typesOf(result.events)).toEqual(['key_expired']);
  });

  test('stops when the key is gone from the ledger', async () => {
    const world = aStepWorld();
    world.ledger.keys.clear();
    await expect(play(world, keyClassify, input)).rejects.toThrow('The ledger has no key payments-prod v3');
  });
});

describe('audit.capture', () => {
  test('keeps the newest lines up to the limit, with the hash of what was kept', async () => {
    const world = aStepWorld();
    world.ledger.apply(
      [1, 2, 3].map(() => ({ type: 'key_compromised', key: aKey().id }) as const),
      NOON,
    );
    const result = await play(world, auditCapture, { ...input, limit: 2 });
    const [kept] = world.ledger.evidence;
    expect(done(result)).toEqual({ entries: 2, hash: contentHash(kept?.content) });
    expect(kept?.kind).toBe('audit');
    expect(JSON.stringify(kept?.content)).toContain('"seq":3');
    expect(JSON.stringify(kept?.content)).not.toContain('"seq":1');
  });

  test('counts who called with the key in the last day', async () => {
    const world = aStepWorld();
    const use = (minutes: number, accepted: number, rejected: number) => ({
      key: aKey().id,
      caller: 'worker',
      minute: minutesAfter(NOON, minutes),
      accepted,
      rejected,
    });
    world.ledger.usage.push(use(-60 * 25, 100, 0), use(-40, 5, 0), use(-30, 0, 12));
    await play(world, auditCapture, input);
    expect(world.ledger.evidence[0]?.content.authentication).toEqual([
      {
        caller: 'worker',
        accepted: 5,
        rejected: 12,
        first: minutesAfter(NOON, -40).toISOString(),
        last: minutesAfter(NOON, -30).toISOString(),
      },
    ]);
  });

  test('does not keep evidence within evidence', async () => {
    const world = aStepWorld();
    world.ledger.apply([{ type: 'key_compromised', key: aKey().id }], NOON);
    await play(world, auditCapture, input);
    const first = JSON.stringify(world.ledger.evidence[0]).length;
    await play(world, auditCapture, input);
    expect(JSON.stringify(world.ledger.evidence[1]).length).toBeLessThan(first * 3);
  });

  test.each([0, 1_001, 1.5])('refuses a limit of %d', (limit) => {
    expect(auditCapture.with.safeParse({ ...input, limit }).success).toBe(false);
  });

  test('takes 200 when nothing is said', () => {
    expect(auditCapture.with.parse(input)).toMatchObject({ limit: 200 });
  });
});
