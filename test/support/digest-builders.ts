import type { Digest, DigestItem } from '../../src/domain/digest/digest.ts';
import { aKey, carol, NOON } from './builders.ts';

/** `payments-prod v3`, which has expired, in the first message and in one to carol. */
export function anItem(overrides: Partial<DigestItem> = {}): DigestItem {
  return {
    key: aKey().id,
    section: 'expired',
    part: 1,
    owners: [carol],
    direct: [{ person: carol, part: 1 }],
    note: null,
    ...overrides,
  };
}

/** The digest of the day that is noon, with that one key in it. */
export function aDigest(overrides: Partial<Digest> = {}): Digest {
  return {
    id: 'dig-2027-03-10',
    day: '2027-03-10',
    kind: 'daily',
    dueAt: NOON,
    ranAt: NOON,
    channel: null,
    parts: 1,
    keys: 1,
    more: [],
    notes: [],
    figures: null,
    mentionChannel: false,
    items: [anItem()],
    ...overrides,
  };
}
