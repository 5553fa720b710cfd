import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openPepper } from '../../src/providers/pepper.ts';

const pepper = openPepper('p1', Buffer.from('0b'.repeat(20), 'hex'));

test('the digest is HMAC-SHA256, by the first test case of RFC 4231 (S3-08)', () => {
  expect(pepper.digestOf('Hi There')).toBe('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
});

test('a material matches its own digest and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      expect(pepper.matches(pepper.digestOf(one), one)).toBe(true);
      expect(pepper.matches(pepper.digestOf(one), other)).toBe(one === other);
    }),
  );
});

test('a digest under another pepper, a cut one and an empty one do not match', () => {
  const other = createHmac('sha256', 'other pepper').update('material').digest('hex');
  for (const digest of [other, pepper.digestOf('material').slice(0, 62), '', 'zz'.repeat(32)])
    expect(pepper.matches(digest, 'material')).toBe(false);
});
