import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../secret.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PUBLIC_ID = 16;
const SECRET = 43;
const CRC = 6;
const SHAPE = /^rekey_(live|test)_([0-9A-Za-z]{16})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

export interface MintedKey {
  secret: Secret;
  /** 16 characters, random, safe to show and to look up by. */
  publicId: string;
  last4: string;
}

/**
 * A new key `rekey_<live|test>_<public id>_<secret><crc>` with 256 bit of secret (43 base62 characters, rejection-sampled).
 * `bytes` is the source of randomness, `crypto.randomBytes` outside of tests.
 */
export function mintKey(environment: 'live' | 'test', bytes: (count: number) => Uint8Array = randomBytes): MintedKey {
  const publicId = mintPublicId(bytes);
  const body = `rekey_${environment}_${publicId}_${base62(SECRET, bytes)}`;
  const text = body + checksumOf(body);
  return { secret: new Secret(text), publicId, last4: text.slice(-4) };
}

/** 16 random characters that name a key without saying anything of it. */
export function mintPublicId(bytes: (count: number) => Uint8Array = randomBytes): string {
  return base62(PUBLIC_ID, bytes);
}

export type ParsedKey = { ok: true; environment: 'live' | 'test'; publicId: string } | { ok: false; why: string };

/** Checks shape and checksum without asking anybody: a typo or a foreign key is found offline. Never a security decision. */
export function parseKey(text: string): ParsedKey {
  const match = SHAPE.exec(text);
  if (match === null)
    return {
      ok: false,
      why: 'this does not have the shape of a Rekey key (rekey_live_… or rekey_test_…, 77 characters)',
    };
  const [, environment, publicId = ''] = match;
  if (checksumOf(text.slice(0, -CRC)) !== text.slice(-CRC))
    return { ok: false, why: 'the checksum does not match: a character was mistyped or cut' };
  return { ok: true, environment: environment === 'test' ? 'test' : 'live', publicId };
}

/** zlib's CRC-32 of everything before it, base62, left-padded with 0. Covers prefix and environment on purpose. */
export function checksumOf(body: string): string {
  let left = crc32(body);
  let text = '';
  while (text.length < CRC) {
    text = ALPHABET.charAt(left % 62) + text;
    left = Math.floor(left / 62);
  }
  return text;
}

function base62(length: number, bytes: (count: number) => Uint8Array): string {
  let text = '';
  while (text.length < length) {
    for (const byte of bytes(length)) {
      // 248 = 4 × 62: a byte above it is thrown away, because `% 62` would favour the first letters.
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62);
    }
  }
  return text;
}
