import crypto, { randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyId, SecretId } from '../../src/domain/ids.ts';
import type { SealedSecret } from '../../src/domain/incident.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { assertCipherWorks } from '../../src/providers/aes-gcm.ts';
import { openVault } from '../../src/providers/seal.ts';
import { Secret } from '../../src/secret.ts';
import { NOON } from '../support/builders.ts';

const vault = openVault({ id: 'aaaa1111', bytes: randomBytes(32) });
const about = { id: SecretId.parse('sec-1'), key: KeyId.parse('key-1'), purpose: 'new_key', now: NOON } as const;
const CANARY = 'canary-material-0123456789';

function sealed(text = CANARY): SealedSecret & { envelope: string } {
  const made = vault.seal(new Secret(text), about);
  if (made.envelope === null) throw new Error('nothing was sealed');
  return { ...made, envelope: made.envelope };
}

test('what was sealed opens again, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(vault.open(sealed(text)).reveal()).toBe(text);
    }),
  );
});

test('an envelope names its version and master key, has five parts and is never the same twice', () => {
  const [one, other] = [sealed(), sealed()];
  expect(one.envelope).toMatch(/^v1\.aaaa1111(\.[A-Za-z0-9_-]+){3}$/);
  const shared = one.envelope.split('.').filter((part) => other.envelope.split('.').includes(part));
  expect(shared).toEqual(['v1', 'aaaa1111']);
  for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const)
    expect(one.envelope).not.toContain(Buffer.from(CANARY).toString(encoding));
});

test('any flipped bit of the envelope refuses to open', () => {
  const { envelope, ...rest } = sealed('short one');
  const bytes = Buffer.from(envelope);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(() => vault.open({ ...rest, envelope: altered.toString('latin1') })).toThrow(PermanentFailure);
  }
});

test('any part that is cut, emptied, added or taken from another envelope refuses to open', () => {
  const [one, other] = [sealed(), sealed()];
  const [parts, foreign] = [one.envelope.split('.'), other.envelope.split('.')];
  const changed = [2, 3, 4].flatMap((at) => [
    parts.with(at, parts[at]?.slice(0, -1) ?? ''),
    parts.with(at, ''),
    parts.with(at, foreign[at] ?? ''),
    parts.with(at, `${parts[at]}=`),
    parts.with(at, `${parts[at]} `),
  ]);
  for (const made of [...changed, parts.slice(0, 4), [...parts, ''], [...parts, 'AAAA'], ['v2', ...parts.slice(1)], []])
    expect(() => vault.open({ ...one, envelope: made.join('.') })).toThrow(PermanentFailure);
});

test('an envelope that was moved to another row does not open', () => {
  const one = sealed();
  const rows = [
    { ...one, id: SecretId.parse('sec-2') },
    { ...one, key: KeyId.parse('key-2') },
    { ...one, purpose: 'evidence' as const },
    // The borders between the ids are authenticated too.
    { ...one, id: SecretId.parse('sec-1","key-1'), key: KeyId.parse('') },
  ];
  for (const row of rows) expect(() => vault.open(row)).toThrow(/belongs to another row/);
});

test('a consumed secret says so', () => {
  expect(() => vault.open({ ...sealed(), envelope: null })).toThrow('The sealed secret sec-1 was already consumed.');
});

test('another master key does not open it, and the sentence says which file to put back', () => {
  const stranger = openVault({ id: 'bbbb2222', bytes: randomBytes(32) });
  expect(() => stranger.open(sealed())).toThrow(/Put back the master key file/);
  const namesake = openVault({ id: 'aaaa1111', bytes: randomBytes(32) });
  expect(() => namesake.open(sealed())).toThrow(PermanentFailure);
});

test('no refusal repeats key material', () => {
  const one = sealed();
  try {
    vault.open({ ...one, key: KeyId.parse('key-2') });
  } catch (error) {
    expect(String(error) + JSON.stringify(error) + (error as Error).stack).not.toContain(CANARY);
  }
});

test('does not start with a cipher that encrypts nothing', () => {
  expect(assertCipherWorks).not.toThrow();
  const real = crypto.createCipheriv;
  const disabled = () => ({
    setAAD() {
      return this;
    },
    update: (plain: Buffer) => plain,
    final: () => Buffer.alloc(0),
    getAuthTag: () => Buffer.alloc(16),
  });
  try {
    crypto.createCipheriv = disabled as never;
    syncBuiltinESMExports();
    expect(() => openVault({ id: 'aaaa1111', bytes: randomBytes(32) })).toThrow(/self-test/);
  } finally {
    crypto.createCipheriv = real;
    syncBuiltinESMExports();
  }
});
