import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PersonId } from '../../src/domain/ids.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { newRecoveryCode, recoveryCodeIn, recoveryDigest } from '../../src/providers/recovery-code.ts';

const [alice, bob] = [PersonId.parse('alice'), PersonId.parse('bob')];

test('a recovery code has 80 bit in four groups that can be read from paper', () => {
  const codes = Array.from({ length: 500 }, () => newRecoveryCode().reveal());
  for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
  expect(new Set(codes).size).toBe(500);
  expect(`${newRecoveryCode()}`).toBe('[secret]');
});

test('it is known again however it was copied', () => {
  expect(recoveryCodeIn(' O0Il-1abc DEFG-hjk0 ')).toBe('00111abcdefghjk0');
  for (const text of ['', '492817', 'abcd-efgh-jkmn', 'abcd-efgh-jkmn-pqru', 'abcd-efgh-jkmn-pqrs-t'])
    expect(recoveryCodeIn(text)).toBeNull();
  fc.assert(
    fc.property(fc.constantFrom('-', ' ', ''), fc.boolean(), (between, upper) => {
      const code = newRecoveryCode().reveal();
      const copied = code.replaceAll('-', between);
      expect(recoveryCodeIn(upper ? copied.toUpperCase() : copied)).toBe(code.replaceAll('-', ''));
    }),
  );
});

test('what is kept of it depends on the pepper and on whose it is', () => {
  const [pepper, other] = [openPepper('p1', Buffer.alloc(32, 1)), openPepper('p2', Buffer.alloc(32, 2))];
  const digest = recoveryDigest(pepper, alice, '00111abcdefghjk0');
  expect(digest).toMatch(/^[0-9a-f]{64}$/);
  expect(recoveryDigest(pepper, bob, '00111abcdefghjk0')).not.toBe(digest);
  expect(recoveryDigest(other, alice, '00111abcdefghjk0')).not.toBe(digest);
});
