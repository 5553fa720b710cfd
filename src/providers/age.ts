import { hkdfSync, type webcrypto } from 'node:crypto';
import { armor, Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { Refusal } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { MasterKey } from './master-key.ts';

/** Seals a secret to age recipients (`age1…`), any one of whom opens it: text that may travel anywhere. Refusal `age_recipient`. */
export async function sealToAge(secret: Secret, recipients: readonly string[]): Promise<string> {
  const file = new TextEncoder().encode(secret.reveal());
  return armor.encode(await encrypterFor(recipients).encrypt(file).catch(unusable));
}

/** Throws Refusal `age_recipient` unless age could seal to it; for whoever wants to know before there is a secret. */
export function assertAgeRecipient(text: string): void {
  if (/^age-secret-key-/i.test(text))
    throw new Refusal(
      'age_recipient',
      'This is an age identity, which is the private half: whoever has it opens everything. Expected the recipient, which starts with age1; get it with: age-keygen -y <file>',
    );
  try {
    new Encrypter().addRecipient(text);
  } catch (cause) {
    throw new Refusal(
      'age_recipient',
      `Expected an age recipient such as age1 and 58 more characters; you wrote "${shortened(text)}". Get yours with: age-keygen -y <file>`,
      { cause },
    );
  }
}

/** Encrypts as it reads, 64 KB at a time, however long the source is. */
export async function encryptStream(
  source: ReadableStream<Uint8Array>,
  recipients: readonly string[],
): Promise<ReadableStream<Uint8Array>> {
  return encrypterFor(recipients).encrypt(source);
}

/** Decrypts as it reads; the stream errors at the first piece that was altered, and at the end when a piece is missing. Refusal `age_identity`. */
export async function decryptStream(
  source: ReadableStream<Uint8Array>,
  identities: readonly webcrypto.CryptoKey[],
): Promise<ReadableStream<Uint8Array>> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(source).catch((cause: unknown) => {
    throw new Refusal(
      'age_identity',
      'This is not an age file that one of the keys at hand opens: it was sealed to another key, or its beginning is damaged.',
      { cause },
    );
  });
}

// RFC 8410: an X25519 private key in PKCS #8 is this and its 32 bytes. As a CryptoKey it is used without ever being text.
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** What backups are sealed to: an age key that follows from the master key, so that there is no other secret to keep. */
export async function backupIdentity(master: MasterKey): Promise<{ identity: webcrypto.CryptoKey; recipient: string }> {
  const seed = Buffer.from(hkdfSync('sha256', master.bytes, '', 'rekey backup identity v1', 32));
  const pkcs8 = Buffer.concat([PKCS8_X25519, seed]);
  const identity = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'X25519' }, false, ['deriveBits']);
  seed.fill(0);
  pkcs8.fill(0);
  return { identity, recipient: await identityToRecipient(identity) };
}

function encrypterFor(recipients: readonly string[]): Encrypter {
  if (recipients.length === 0)
    throw new Refusal('age_recipient', 'Expected at least one age recipient; there is none.');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    assertAgeRecipient(recipient);
    encrypter.addRecipient(recipient);
  }
  return encrypter;
}

// A recipient of the right form may still be no point that a secret can be shared with.
function unusable(cause: unknown): never {
  throw new Refusal('age_recipient', 'One of these age recipients is no usable public key; check how it was copied.', {
    cause,
  });
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 20)}… (${text.length} characters)` : text;
}
