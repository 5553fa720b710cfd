import { expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import {
  expiringSentence,
  isAdministrator,
  lastAdminsExpiring,
  lockOutGraph,
  othersLike,
} from '../../src/domain/lock-out.ts';
import { aKey, daysAfter, NOON } from '../support/builders.ts';

const admin = (slug: string, overrides: Partial<Key> = {}) => {
  const key = aKey({
    id: KeyId.parse(`key-${slug}`),
    slug,
    version: 1,
    administers: 'stoa',
    expiresAt: null,
    ...overrides,
  });
  if (!isAdministrator(key)) throw new Error(`${slug} administers nothing`);
  return key;
};

test.each([
  ['active', {}, true],
  ['in grace', { state: 'retiring', graceEndsAt: daysAfter(NOON, 1) }, true],
  ['whose grace is over', { state: 'retiring', graceEndsAt: NOON }, false],
  ['that expires this very moment', { expiresAt: NOON }, false],
  ['that somebody else is known to have', { compromisedAt: NOON }, false],
  ['of another provider', { administers: 'stigmem' }, false],
  ['suspended', { state: 'suspended' }, false],
  ['pending', { state: 'pending' }, false],
  ['revoked', { state: 'revoked' }, false],
  ['of which only a name is known', { provedLiveAt: null, digest: null }, false],
  ['whose value was shown, but which cannot be probed,', { provedLiveAt: null }, true],
  ['that was proved, although its value was never seen,', { digest: null }, true],
] as const)('a second admin key %s is counted on: %s', (_what, overrides, counts) => {
  const { live } = othersLike(admin('first'), [admin('first'), admin('second', overrides)], NOON);
  expect(live).toHaveLength(counts ? 1 : 0);
});

test('a second admin key is proven only after a real call with it', () => {
  const second = admin('second', { provedLiveAt: null });
  expect(othersLike(admin('first'), [second], NOON)).toMatchObject({ live: [second], proven: [] });
});

test('the graph says which key can rotate and revoke which', () => {
  const called = aKey({ slug: 'payments', version: 2, provider: 'stoa' });
  const graph = lockOutGraph([called, admin('stoa-admin', { provider: 'ledger' }), aKey({ slug: 'other' })], NOON);
  expect(graph).toEqual({ edges: [{ from: 'stoa-admin v1', to: 'payments v2' }], rings: [] });
});

test('a key that can no longer be used rules nothing', () => {
  const called = aKey({ slug: 'payments', provider: 'stoa' });
  expect(lockOutGraph([called, admin('stoa-admin', { expiresAt: NOON })], NOON).edges).toEqual([]);
});

test('administrators that only one another could repair are shown as a ring, each ring once', () => {
  const graph = lockOutGraph(
    [
      admin('a', { provider: 'one', administers: 'two' }),
      admin('b', { provider: 'two', administers: 'three' }),
      admin('c', { provider: 'three', administers: 'one' }),
      admin('alone', { provider: 'four', administers: 'four' }),
      admin('above', { provider: 'ledger', administers: 'one' }),
    ],
    NOON,
  );
  expect(graph.rings).toEqual([['a v1', 'b v1', 'c v1'], ['alone v1']]);
});

test.each([
  ['29 days and 23 hours', { expiresAt: new Date(daysAfter(NOON, 30).getTime() - 1) }, ['first']],
  ['30 days', { expiresAt: daysAfter(NOON, 30) }, []],
  ['for ever', {}, []],
  [
    'for ever, but its replacement is in use and its grace ends tomorrow',
    { state: 'retiring', graceEndsAt: daysAfter(NOON, 1) },
    ['first'],
  ],
] as const)('the only admin key of a provider that lasts %s: %s pages', (_left, overrides, pages) => {
  expect(lastAdminsExpiring([admin('first', overrides)], NOON).map(({ slug }) => slug)).toEqual(pages);
});

test('nobody is paged while another admin key of the provider lasts, and once when none does', () => {
  const soon = admin('soon', { expiresAt: daysAfter(NOON, 5) });
  expect(lastAdminsExpiring([soon, admin('lasting')], NOON)).toEqual([]);
  const later = admin('later', { expiresAt: daysAfter(NOON, 9) });
  expect(lastAdminsExpiring([soon, later], NOON)).toEqual([later]);
});

test('the page names the key, what is lost with it, until when, and what to do', () => {
  expect(expiringSentence(admin('stoa-root', { expiresAt: daysAfter(NOON, 9) }))).toBe(
    'stoa-root v1 is the last live admin key of stoa and ends on 2027-03-19: after that Rekey can neither rotate nor revoke keys there. ' +
      'Rotate it now, or register and prove a second one.',
  );
});
