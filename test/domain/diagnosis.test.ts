import { expect, test } from 'vitest';
import { diagnose } from '../../src/domain/diagnosis.ts';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { verdictOn } from '../../src/providers/verify-key.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';

const later = daysAfter(NOON, 30);
const v4 = aKey({ id: KeyId.parse('key-4'), version: 4, expiresAt: later });
const inGrace = (minutes: number): Partial<Key> => ({
  state: 'retiring',
  retiringAt: daysAfter(NOON, -1),
  graceEndsAt: minutesAfter(NOON, minutes),
  expiresAt: later,
  supersededAt: daysAfter(NOON, -1),
});

function why(key: Key, others: Key[] = [], calls: { caller: string; accepted: number; rejected: number }[] = []) {
  const versions = [...others, key].map((one) => ({ key: one, verdict: verdictOn(one, NOON) }));
  return diagnose({ key, verdict: verdictOn(key, NOON), versions, calls });
}

test('an old key that is rejected in what was its grace: says when it ended, and which key to use (S1-27)', () => {
  const found = why(aKey(inGrace(-1)), [v4]);
  expect(found.accepted).toBe(false);
  expect(found.cause).toBe(
    'The grace of payments-prod v3 ended at 2027-03-10 11:59:00 UTC; only its replacement is accepted.',
  );
  expect(found.todo).toContain('Give its callers payments-prod v4, which is in /run/secrets/payments.');
  expect(found.todo.at(-1)).toContain('rekey keys extend payments-prod');
});

test('an old key in grace is accepted, and its callers are named', () => {
  const found = why(aKey(inGrace(60)), [v4], [{ caller: 'billing-cron', accepted: 5, rejected: 0 }]);
  expect(found).toMatchObject({ accepted: true, cause: expect.stringContaining('until 2027-03-10 13:00:00 UTC') });
  expect(found.todo).toContain('billing-cron still calls with it.');
});

test('a new key that is rejected was not handed over yet (S1-28)', () => {
  const found = why(aKey({ state: 'pending', activatedAt: null, expiresAt: later }), []);
  expect(found.cause).toContain('its material was not handed over. No version of it is accepted now.');
  expect(found.todo[0]).toContain('rekey keys claim');
});

test('old and new both rejected: suspended can be taken back, revoked cannot (S1-29)', () => {
  const suspended = { state: 'suspended', suspendedAt: NOON, expiresAt: later } as const;
  const both = why(aKey({ ...v4, ...suspended }), [aKey({ state: 'revoked', revokedAt: NOON })]);
  expect(both.cause).toBe(
    'payments-prod v4 is suspended since 2027-03-10 12:00:00 UTC. That can be taken back. No version of it is accepted now.',
  );
  expect(both.todo[0]).toContain('rekey keys reinstate payments-prod');
  const revoked = why(aKey({ state: 'revoked', revokedAt: NOON }));
  expect(revoked.cause).toContain('That is final. No version');
  expect(revoked.todo).toEqual(['Replace it: rekey keys rotate payments-prod --because "…"']);
});

test('a 401 that the ledger cannot explain is looked at from every side that it knows (S2-01)', () => {
  const found = why(v4, [], [{ caller: 'web', accepted: 3, rejected: 2 }]);
  expect(found.cause).toBe('The ledger accepts payments-prod v4.');
  const evidence = found.checks.map((check) => check.evidence);
  expect(evidence).toEqual(
    expect.arrayContaining([
      'until 2027-04-09 12:00:00 UTC',
      '3 accepted, 2 rejected, of web',
      'scopes: payments:read, payments:write',
      'limit: 1000 a second',
      'only the API knows',
    ]),
  );
});
