import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumOf, mintKey, parseKey } from '../../src/providers/key-format.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const environment = fc.constantFrom('live', 'test');

test.each([
  [`kop_live_0123456789ABCDEF_${'0'.repeat(43)}`, '3h2BBh'],
  ['kop_test_7Yq2ZbN4mK8sRtVw_aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2bC3dE4f', '3620T3'],
  [`rekey_live_0123456789ABCDEF_${'0'.repeat(43)}`, '1cRyi2'],
  ['rekey_test_7Yq2ZbN4mK8sRtVw_aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2bC3dE4f', '12aCVe'],
  // GitHub's public sample token: the same checksum, so the same scanners can be taught.
  ['zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ', '0mLq17'],
])('the checksum of %s is %s', (body, crc) => {
  expect(checksumOf(body)).toBe(crc);
});

test('a key that was minted is recognised, with its environment and public id', () => {
  fc.assert(
    fc.property(environment, (env) => {
      const { secret, publicId, last4 } = mintKey(env);
      const text = secret.reveal();
      expect(text).toMatch(/^rekey_(live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/);
      expect(text.slice(-4)).toBe(last4);
      expect(parseKey(text)).toEqual({ ok: true, environment: env, publicId });
    }),
  );
});

test('any single mistyped character is noticed offline', () => {
  fc.assert(
    fc.property(environment, fc.nat(76), fc.constantFrom(...BASE62, '_', '-', ' ', 'é'), (env, at, typed) => {
      const text = mintKey(env).secret.reveal();
      fc.pre(text[at] !== typed);
      expect(parseKey(text.slice(0, at) + typed + text.slice(at + 1)).ok).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

test('two exchanged characters, a cut end and a live key relabelled as test are noticed', () => {
  const text = mintKey('live').secret.reveal();
  const at = [...text].findIndex((char, index) => index > 28 && char !== text[index + 1]);
  const exchanged = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
  for (const wrong of [exchanged, text.slice(0, -1), `${text}0`, text.replace('_live_', '_test_')])
    expect(parseKey(wrong).ok).toBe(false);
});

test('says why in plain words and never repeats what was typed', () => {
  const text = mintKey('live').secret.reveal();
  const wrong = `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
  expect(parseKey(wrong)).toEqual({ ok: false, why: 'the checksum does not match: a character was mistyped or cut' });
  const foreign = parseKey('sk_live_canary-material');
  expect(foreign).toMatchObject({ ok: false, why: expect.stringContaining('shape of a Rekey key') });
  expect(JSON.stringify(foreign)).not.toContain('canary');
});

test('bytes from 248 on are thrown away, because using them would favour the first letters (S2-17)', () => {
  const pool = Uint8Array.from({ length: 256 }, (_, index) => 255 - index);
  let at = 0;
  const source = (count: number) => {
    const bytes = Uint8Array.from({ length: count }, (_, index) => pool[(at + index) % 256] ?? 0);
    at += count;
    return bytes;
  };
  // The first eight bytes are 255 to 248; 247 is the last letter of the alphabet's fourth round.
  expect(mintKey('live', source).publicId).toBe([...BASE62].reverse().slice(0, 16).join(''));
});

test('every letter is as likely as the others', () => {
  const counts = new Map<string, number>();
  const keys = 4_000;
  for (let i = 0; i < keys; i++)
    for (const char of mintKey('test').secret.reveal().slice(28, 71)) counts.set(char, (counts.get(char) ?? 0) + 1);
  const expected = (keys * 43) / 62;
  const chiSquare = [...BASE62].reduce((sum, char) => sum + ((counts.get(char) ?? 0) - expected) ** 2 / expected, 0);
  // 61 degrees of freedom: 130 is passed by chance less than once in a million runs; `byte % 62` without rejection gives over 900.
  expect(chiSquare).toBeLessThan(130);
});
