import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bucketOf,
  type Candidate,
  composeDigest,
  KEYS_PER_MESSAGE,
  MOST_MESSAGES,
} from '../../../src/domain/digest/compose.ts';
import { Section } from '../../../src/domain/digest/digest.ts';
import { KeyId } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import { aClassRule, aKey, aPolicy, daysAfter, NOON } from '../../support/builders.ts';

const composeItems = (...args: Parameters<typeof composeDigest>) => composeDigest(...args).items;

const rule = aClassRule({ warnDays: [30, 14, 7, 3, 1, 0] });
const at = { policy: aPolicy(), now: NOON };

function candidate(key: Partial<Key>, overrides: Partial<Candidate> = {}): Candidate {
  return { key: aKey(key), rule, snoozedUntil: null, unused: false, rotating: false, debt: null, ...overrides };
}

function ending(id: string, inDays: number, overrides: Partial<Candidate> = {}, key: Partial<Key> = {}): Candidate {
  return candidate({ id: KeyId.parse(id), slug: id, expiresAt: daysAfter(NOON, inDays), ...key }, overrides);
}

describe('where a key stands', () => {
  test.each([
    ['the instant it ends', 0, 'expired'],
    ['long after', -20, 'expired'],
    ['a second before it ends', 1 / 86_400, 'day_1'],
    ['a day before', 1, 'day_1'],
    ['a little more than a day', 1.001, 'days_3'],
    ['three days', 3, 'days_3'],
    ['seven', 7, 'days_7'],
    ['fourteen', 14, 'days_14'],
    ['thirty', 30, 'days_30'],
    ['more than thirty', 30.001, null],
  ])('%s', (_what, inDays, section) => {
    expect(bucketOf(aKey({ expiresAt: daysAfter(NOON, inDays) }), rule, NOON)).toBe(section);
  });

  test('a key that lives for a week is shown from the first warning that it lives to see', () => {
    const short = (left: number) => aKey({ createdAt: daysAfter(NOON, left - 7), expiresAt: daysAfter(NOON, left) });
    expect(bucketOf(short(6), rule, NOON)).toBeNull();
    expect(bucketOf(short(3), rule, NOON)).toBe('days_3');
  });

  test('a key that lives shorter than every warning is shown when a third of its life is left', () => {
    const hours = (left: number) =>
      aKey({ createdAt: daysAfter(NOON, (left - 12) / 24), expiresAt: daysAfter(NOON, left / 24) });
    expect(bucketOf(hours(5), rule, NOON)).toBeNull();
    expect(bucketOf(hours(4), rule, NOON)).toBe('day_1');
  });

  test('a key that was registered is not taken for a short one: its life began before the ledger knew of it', () => {
    const registered = { provider: 'stoa', createdAt: daysAfter(NOON, -1), expiresAt: daysAfter(NOON, 20) };
    expect(bucketOf(aKey(registered), rule, NOON)).toBe('days_30');
    expect(bucketOf(aKey({ ...registered, provider: 'ledger' }), rule, NOON)).toBeNull();
  });

  test('of a class without warnings nobody is told', () => {
    expect(bucketOf(aKey(), aClassRule({ warnDays: [] }), NOON)).toBeNull();
  });
});

describe('the digest', () => {
  test('worst first, and within a section the owner whose key ends first, with all of theirs', () => {
    const items = composeItems(
      [
        ending('c-later', 6),
        ending('b-first', 5, {}, { owner: 'bob' }),
        ending('c-also', 5.5),
        ending('gone', -1),
        ending('b-second', 6.5, {}, { owner: 'bob' }),
      ],
      at,
    );
    expect(items.map(({ key }) => key)).toEqual(['gone', 'b-first', 'b-second', 'c-also', 'c-later']);
  });

  test('a key of several sections stands in the worst one, with what only the other knew', () => {
    const debt = { section: 'too_old', note: '100 days old, 90 allowed' } as const;
    expect(composeItems([ending('k', 2), ending('k', 2, { debt })], at)).toMatchObject([
      { section: 'days_3', note: '100 days old, 90 allowed' },
    ]);
  });

  test('what its owner agrees is unused is to be revoked, and no longer to be rotated', () => {
    expect(composeItems([ending('k', 2, { unused: true })], at)).toMatchObject([{ section: 'retire', direct: [] }]);
  });

  test('owners hear of what has seven days left, and of nothing later', () => {
    const items = composeItems([ending('soon', 7), ending('later', 7.1)], at);
    expect(items.map(({ key, direct }) => [key, direct.map(({ person }) => person)])).toEqual([
      ['soon', ['carol']],
      ['later', []],
    ]);
  });

  test('nobody is written to about a key that something takes care of', () => {
    expect(composeItems([ending('k', 1, { rotating: true })], at)[0]?.direct).toEqual([]);
  });

  test('a group is everybody in it, each with messages of their own', () => {
    const keys = Array.from({ length: KEYS_PER_MESSAGE + 1 }, (_, index) =>
      ending(`k${index}`, 2, {}, { owner: 'group:oncall' }),
    );
    const last = composeItems(keys, at).at(-1);
    expect(last).toMatchObject({ part: 2, owners: ['alice', 'bob'] });
    expect(last?.direct).toEqual([
      { person: 'alice', part: 2 },
      { person: 'bob', part: 2 },
    ]);
  });

  test('a snooze hides a key until it is over, and no longer when the key came to end before', () => {
    const until = daysAfter(NOON, 2);
    expect(composeItems([ending('k', 6, { snoozedUntil: until })], at)).toEqual([]);
    expect(composeItems([ending('k', 6, { snoozedUntil: NOON })], at)).toHaveLength(1);
    expect(composeItems([ending('k', 0.5, { snoozedUntil: until })], at)).toHaveLength(1);
  });
});

describe('a digest of very many keys', () => {
  const many = (count: number, inDays: number) =>
    Array.from({ length: count }, (_, index) => ending(`k${inDays}-${index}`, inDays));

  test('has so many messages and no more, shows the worst, and counts what it leaves out', () => {
    const { items, left } = composeDigest([...many(4_000, 20), ...many(10, 0.5)], at);
    expect(items).toHaveLength(MOST_MESSAGES * KEYS_PER_MESSAGE);
    expect(Math.max(...items.map(({ part }) => part))).toBe(MOST_MESSAGES);
    expect(items.slice(0, 10).every(({ section }) => section === 'day_1')).toBe(true);
    expect(left).toEqual([{ section: 'days_30', count: 4_010 - items.length, isAll: true }]);
  });

  test('of 300 keys none is left out', () => {
    expect(composeDigest(many(300, 20), at)).toMatchObject({ left: [], items: { length: 300 } });
  });

  test('keys that ended long ago take one message, the ones that ended last, and push nothing else out', () => {
    const old = Array.from({ length: 400 }, (_, index) => ending(`old-${index}`, -31 - index));
    const { items, left } = composeDigest([...old, ...many(300, 2)], at);
    expect(items.filter(({ section }) => section === 'days_3')).toHaveLength(300);
    expect(items.filter(({ section }) => section === 'expired').map(({ key }) => key)).toEqual(
      old
        .slice(0, KEYS_PER_MESSAGE)
        .map(({ key }) => key.id)
        .toReversed(),
    );
    expect(left).toEqual([{ section: 'expired', count: 400 - KEYS_PER_MESSAGE, isAll: true }]);
  });
});

test('no key within 30 days is missing unless it is snoozed, none is there twice, and no message has too many', () => {
  const some = fc.record({
    id: fc.integer({ min: 0, max: 80 }).map((n) => `key-${n}`),
    inDays: fc.double({ min: -60, max: 60, noNaN: true }),
    snoozed: fc.boolean(),
    rotating: fc.boolean(),
    unused: fc.boolean(),
    owner: fc.constantFrom('carol', 'bob', 'group:oncall', 'nobody-knows', null),
    debt: fc.constantFrom(null, 'too_old', 'missing_owner', 'missing_expiry', 'still_tried'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(some, { maxLength: 60, selector: ({ id }) => id }), (all) => {
      const candidates = all.map(({ id, inDays, snoozed, rotating, unused, owner, debt }) =>
        ending(
          id,
          inDays,
          {
            snoozedUntil: snoozed ? daysAfter(NOON, 1) : null,
            rotating,
            unused,
            debt: debt === null ? null : { section: debt as 'too_old', note: null },
          },
          { owner },
        ),
      );
      const items = composeItems([...candidates, ...candidates], at);
      const ids = items.map(({ key }) => String(key));
      expect(new Set(ids).size).toBe(ids.length);
      for (const { id, inDays, snoozed } of all)
        if (inDays <= 30 && !(snoozed && inDays > 1)) expect(ids).toContain(id);
      const ranks = items.map(({ section }) => Section.options.indexOf(section));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      for (const of of Map.groupBy(items, ({ part }) => part).values())
        expect(of.length).toBeLessThanOrEqual(KEYS_PER_MESSAGE);
      expect(composeItems(candidates.toReversed(), at)).toEqual(items);
    }),
  );
});
