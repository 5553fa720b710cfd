import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KeyId, SecretId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { MasterKey } from './key-files.ts';
import type { Vault } from './vault.ts';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/**
 * Envelope encryption: a fresh data key for each secret, wrapped by the master key. Ids and purpose are authenticated, so that an envelope
 * moved to another row does not open. Proves itself before it is handed out: a silently disabled layer would store plain text.
 */
export function openVault(master: MasterKey): Vault {
  const vault: Vault = {
    seal: (secret, { id, key, purpose, now }) => {
      const dataKey = randomBytes(32);
      const about = aboutOf({ id, key, purpose });
      const parts = [
        'v1',
        master.id,
        encrypt(master.bytes, dataKey, about),
        encrypt(dataKey, Buffer.from(secret.reveal()), about),
      ];
      dataKey.fill(0);
      return { id, key, purpose, envelope: parts.join('.'), createdAt: now, destroyedAt: null };
    },
    open: (sealed) => {
      if (sealed.envelope === null) throw new PermanentFailure(`The sealed secret ${sealed.id} was already consumed.`);
      const [version, kek, wrapped = '', body = ''] = sealed.envelope.split('.');
      if (version !== 'v1')
        throw new PermanentFailure(`The sealed secret ${sealed.id} has an envelope of an unknown version.`);
      if (kek !== master.id)
        throw new PermanentFailure(
          `The sealed secret ${sealed.id} was sealed with master key ${kek}; this Rekey has ${master.id}.`,
        );
      const about = aboutOf(sealed);
      const dataKey = decrypt(master.bytes, wrapped, about, sealed.id);
      return new Secret(decrypt(dataKey, body, about, sealed.id).toString('utf8'));
    },
  };
  assertWorks(vault);
  return vault;
}

function aboutOf({ id, key, purpose }: { id: SecretId; key: KeyId; purpose: SealedSecret['purpose'] }): Buffer {
  return Buffer.from(JSON.stringify(['rekey v1', id, key, purpose]));
}

function encrypt(key: Uint8Array, plain: Uint8Array, about: Buffer): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(about);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: Uint8Array, text: string, about: Buffer, id: SecretId): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
      .setAAD(about)
      .setAuthTag(bytes.subarray(-TAG));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
  } catch (cause) {
    throw new PermanentFailure(`The sealed secret ${id} was altered, or belongs to another row. It cannot be opened.`, {
      cause,
    });
  }
}

function assertWorks(vault: Vault): void {
  const now = new Date(0);
  const probe = 'rekey-self-test-0123456789';
  const sealed = vault.seal(new Secret(probe), {
    id: SecretId.parse('self-test'),
    key: KeyId.parse('self-test'),
    purpose: 'evidence',
    now,
  });
  const hidden = sealed.envelope !== null && !sealed.envelope.includes(Buffer.from(probe).toString('base64url'));
  if (!hidden || vault.open(sealed).reveal() !== probe)
    throw new Refusal(
      'vault_broken',
      'The encryption layer failed its self-test. Rekey does not start: secrets would not be safe.',
    );
}
