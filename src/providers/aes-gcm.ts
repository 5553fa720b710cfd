import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Refusal } from '../errors.ts';

const CIPHER = 'aes-256-gcm';
const TAG = 16;
export const NONCE_BYTES = 12;

/** Ciphertext with its tag behind it. A nonce must never be used twice with one key. */
export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  { plain, about }: { plain: Uint8Array; about: Uint8Array },
) {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(about);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when a bit of key, nonce, ciphertext, tag or `about` differs from what was encrypted. */
export function decrypt(key: Uint8Array, nonce: Uint8Array, { body, about }: { body: Uint8Array; about: Uint8Array }) {
  if (body.length < TAG) throw new Error('The ciphertext is shorter than its tag.');
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG }).setAAD(about);
  decipher.setAuthTag(body.subarray(-TAG));
  return Buffer.concat([decipher.update(body.subarray(0, -TAG)), decipher.final()]);
}

const hex = (text: string) => Buffer.from(text, 'hex');

// Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", which NIST adopted with SP 800-38D.
const KNOWN = {
  key: hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
  nonce: hex('cafebabefacedbaddecaf888'),
  about: hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  plain: hex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  ),
  body: hex(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  ),
};

/** A cipher that is missing, or that encrypts and opens anything, would store secrets as plain text without anybody noticing. */
export function assertCipherWorks(): void {
  const { key, nonce, about, plain, body } = KNOWN;
  if (!encrypt(key, nonce, { plain, about }).equals(body))
    throw broken('a known text did not give the known ciphertext');
  if (!decrypt(key, nonce, { body, about }).equals(plain)) throw broken('a known ciphertext did not open');
  const altered = Buffer.from(body);
  altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
  if (opens(altered)) throw broken('an altered ciphertext was opened');
}

function opens(body: Buffer): boolean {
  try {
    decrypt(KNOWN.key, KNOWN.nonce, { body, about: KNOWN.about });
    return true;
  } catch {
    return false;
  }
}

function broken(what: string): Refusal {
  return new Refusal(
    'vault_broken',
    `The encryption layer failed its self-test: ${what}. Rekey does not start with it.`,
  );
}
