import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import { Verb } from '../../../src/domain/policy.ts';
import { assertAuthority, assertScope, authorize, authorizeScopes } from '../../../src/engine/keys/authority.ts';
import { aKey, aPolicy, DAY, HOUR, NOON } from '../../support/builders.ts';

const policy = aPolicy();
const subject = { owner: 'carol', escalation: 'group:oncall', service: 'payments' };
const aToken = (overrides: Partial<Key> = {}) =>
  aKey({ slug: 'ci', scopes: ['keys:rotate'], expiresAt: new Date(NOON.getTime() + DAY), ...overrides });
const reading = (token: Key) => ({ key: async (id: string) => (id === token.id ? token : null) });

const ask = (overrides: Partial<Parameters<typeof assertAuthority>[0]> = {}) =>
  assertAuthority({ policy, verb: 'rotate', actor: 'token:ci', subject, token: aToken(), now: NOON, ...overrides });

describe('a person', () => {
  test('may what policy.yaml lists, and the sentence of a refusal names who may', () => {
    expect(() => ask({ actor: 'person:alice', token: null })).not.toThrow();
    expect(() => ask({ actor: 'person:mallory', token: null })).toThrow(
      'mallory may not rotate this key. Who may: alice, bob, carol.',
    );
  });

  test('may nothing that policy.yaml does not mention, whoever it is', () => {
    for (const verb of ['create', 'revoke', 'suspend', 'change', 'administer'] as const)
      expect(() => ask({ actor: 'person:alice', verb, token: null })).toThrow(`may not ${verb}`);
  });

  test('gets nothing from a token that was sent along', () => {
    const token = aToken({ scopes: ['keys:revoke'] });
    expect(() => ask({ actor: 'person:alice', verb: 'revoke', token })).toThrow('may not revoke');
  });
});

describe('a token', () => {
  test('may what its scopes say and nothing else', () => {
    expect(() => ask()).not.toThrow();
    expect(() => ask({ verb: 'cancel' })).not.toThrow();
    expect(() => ask({ verb: 'revoke' })).toThrow(
      'token:ci may not do this: its key has no scope keys:revoke or keys:revoke@payments. It has: keys:rotate.',
    );
  });

  test('is held to one service by a narrowed scope, also for lists', () => {
    const token = aToken({ scopes: ['keys:rotate@payments'] });
    expect(() => ask({ token })).not.toThrow();
    expect(() => ask({ token, subject: { ...subject, service: 'billing' } })).toThrow('keys:rotate@billing');
    expect(() => ask({ token, subject: { ...subject, service: null } })).toThrow('no scope keys:rotate.');
  });

  test.each([
    ['revoked', { state: 'revoked' }],
    ['suspended', { state: 'suspended' }],
    ['pending', { state: 'pending' }],
    ['expired', { expiresAt: NOON }],
    ['expired', { state: 'retiring', graceEndsAt: NOON }],
  ] as const)('that is %s may do nothing from that moment on', (word, state) => {
    expect(() => ask({ token: aToken(state) })).toThrow(`ci v3 is ${word}, so its caller may do nothing any more.`);
  });

  test('in its grace still may', () => {
    const graceEndsAt = new Date(NOON.getTime() + HOUR);
    expect(() => ask({ token: aToken({ state: 'retiring', graceEndsAt }) })).not.toThrow();
  });

  test('without a key of the ledger, or with that of another name, may nothing', () => {
    expect(() => ask({ token: null })).toThrow('did not show a key');
    expect(() => ask({ token: aToken({ slug: 'other' }) })).toThrow('did not show a key');
  });

  test('never does what is for people: waive, answer, administer', () => {
    const token = aToken({ scopes: ['keys:rotate', 'keys:waive', 'administer', '*', 'keys:*'] });
    for (const verb of ['waive', 'answer', 'administer'] as const)
      expect(() => ask({ verb, token })).toThrow('that is for people to do');
  });

  test('gets nothing from a wildcard', () => {
    expect(() => ask({ token: aToken({ scopes: ['*', 'keys:*', 'keys:rotate@*'] }) })).toThrow('no scope keys:rotate');
  });

  test('is looked up by the version that was presented, not by the rights of its successor', async () => {
    const revoked = aToken({ state: 'revoked' });
    const origin = { actor: 'token:ci' as const, token: revoked.id };
    await expect(authorize(reading(revoked), { policy, verb: 'rotate', subject, now: NOON, origin })).rejects.toThrow(
      'ci v3 is revoked',
    );
    const nameless = { actor: 'token:ci' as const };
    await expect(
      authorize(reading(aToken()), { policy, verb: 'rotate', subject, now: NOON, origin: nameless }),
    ).rejects.toThrow('did not show a key');
  });

  test('has the rights that are no verbs on keys by their scope alone', () => {
    const token = aToken({ scopes: ['audit:read'] });
    const about = { actor: 'token:ci', token, service: null, now: NOON } as const;
    expect(() => assertScope({ ...about, scope: 'audit:read' })).not.toThrow();
    expect(() => assertScope({ ...about, scope: 'usage:write' })).toThrow('no scope usage:write');
  });
});

describe('the schedule', () => {
  test('may rotate what is automatic and nothing else', () => {
    const schedule = { actor: 'schedule:rotations', token: null } as const;
    expect(() => ask({ ...schedule, unattended: true })).not.toThrow();
    expect(() => ask({ ...schedule, unattended: false })).toThrow('not `automatic`');
    expect(() => ask(schedule)).toThrow('not `automatic`');
    for (const verb of Verb.options.filter((one) => one !== 'rotate'))
      expect(() => ask({ ...schedule, verb, unattended: true })).toThrow(`schedule:rotations may not ${verb}`);
  });

  test.each<Actor>(['system:engine', 'schedule:digest', 'hook:payments-api'])('%s may nothing', (actor) => {
    for (const verb of Verb.options)
      expect(() => ask({ actor, verb, token: null, unattended: true })).toThrow(`${actor} may not ${verb}`);
  });
});

describe('a key with rights at Rekey itself', () => {
  const hand = (origin: Parameters<typeof authorizeScopes>[1]['origin'], scopes: string[], token = aToken()) =>
    authorizeScopes(reading(token), { policy, subject, now: NOON, origin, scopes });

  test('is made by a person who may administer only', async () => {
    const admins = aPolicy({ may: { administer: ['alice'] } });
    const origin = { actor: 'person:alice' as const };
    await expect(hand(origin, ['keys:revoke'])).rejects.toThrow('may not administer');
    await expect(hand(origin, ['payments:read'])).resolves.toBeUndefined();
    const asked = { policy: admins, subject, now: NOON, origin, scopes: ['keys:revoke'] };
    await expect(authorizeScopes(reading(aToken()), asked)).resolves.toBeUndefined();
  });

  test('never gets more from a token than the token has itself', async () => {
    const token = aToken({ scopes: ['keys:create', 'keys:read@payments'] });
    const origin = { actor: 'token:ci' as const, token: token.id };
    await expect(hand(origin, ['keys:read@payments', 'payments:read'], token)).resolves.toBeUndefined();
    await expect(hand(origin, ['keys:read'], token)).rejects.toThrow('no scope keys:read.');
    await expect(hand(origin, ['keys:revoke@payments'], token)).rejects.toThrow('no scope keys:revoke');
  });
});
