import { expect, test } from 'vitest';
import { PersonId } from '../../src/domain/ids.ts';
import { digitsIn, newSeed, seedUri, shownFrom, stepsOf, timeStepAt } from '../../src/providers/totp.ts';
import { Secret } from '../../src/secret.ts';

// RFC 6238, appendix B: the seed is the ASCII text 12345678901234567890, here in base32. Its codes have eight digits; six are the last six.
const RFC_SEED = new Secret('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

test.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('the code of RFC 6238 at second %d is %s', (second, code) => {
  const step = timeStepAt(new Date(second * 1_000));
  expect(step).toBe(Math.floor(second / 30));
  expect(stepsOf(RFC_SEED, code.slice(2), { from: step, to: step })).toEqual([step]);
  expect(stepsOf(RFC_SEED, code.slice(2), { from: step + 1, to: step + 3 })).toEqual([]);
});

test('a seed has 160 bit, is never the same, and reaches an app in one address', () => {
  const [one, other] = [newSeed(), newSeed()];
  expect(one.reveal()).toMatch(/^[A-Z2-7]{32}$/);
  expect(one.reveal()).not.toBe(other.reveal());
  const uri = new URL(seedUri(one, PersonId.parse('alice')).reveal());
  expect(`${uri.protocol}//${uri.host}${decodeURIComponent(uri.pathname)}`).toBe('otpauth://totp/Rekey:alice');
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: 'Rekey',
    secret: one.reveal(),
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
  expect(`${seedUri(one, PersonId.parse('alice'))}`).toBe('[secret]');
});

test.each([
  ['492817', '492817'],
  [' 492 817 ', '492817'],
  ['492-817', '492817'],
  ['49281', null],
  ['4928171', null],
  ['٤٩٢٨١٧', null],
  ['49281a', null],
  ['', null],
])('%j is read as %j', (text, digits) => expect(digitsIn(text)).toBe(digits));

test('a time step begins when its code is shown', () => {
  const at = new Date('2026-11-21T12:00:29.999Z');
  expect(shownFrom(timeStepAt(at))).toEqual(new Date('2026-11-21T12:00:00Z'));
});
