import { randomBytes } from 'node:crypto';
import type { SealedSecret } from '../domain/incident.ts';
import { PermanentFailure } from '../errors.ts';
import { Secret } from '../secret.ts';
import { assertCipherWorks, decrypt, encrypt, NONCE_BYTES } from './aes-gcm.ts';
import { fixedMasterKeys, type MasterKey, type MasterKeySource, type MasterKeys } from './master-key.ts';
import type { KeyedVault } from './vault.ts';

const DATA_KEY_BYTES = 32;

/**
 * Envelope encryption: a fresh data key for each secret, wrapped by the master key of today. Ids and purpose are authenticated with both, so
 * an envelope that was moved to another row does not open. What an older master key sealed is opened with that one. The cipher proves itself
 * before the vault is handed out.
 */
export function openVault(keys: MasterKey | MasterKeySource): KeyedVault {
  assertCipherWorks();
  const source = typeof keys === 'function' ? keys : fixedMasterKeys(keys);
  return {
    seal: (secret, { id, key, purpose, now }) => {
      const { current } = source();
      const envelope = sealText(current, secret.reveal(), aboutOf({ id, key, purpose }, current.id));
      return { id, key, purpose, envelope, createdAt: now, destroyedAt: null };
    },
    open: (sealed) => {
      const { master, parts } = partsOf(sealed, source());
      try {
        return new Secret(openParts(master, parts, aboutOf(sealed, master.id)));
      } catch (cause) {
        throw new PermanentFailure(`${named(sealed)} was altered, or belongs to another row. It cannot be opened.`, {
          cause,
        });
      }
    },
    masterKeys: () => {
      const { current, older } = source();
      return { current: current.id, older: older.map(({ id }) => id) };
    },
  };
}

interface Parts {
  wrapped: Buffer;
  nonce: Buffer;
  body: Buffer;
}

function sealText(master: MasterKey, text: string, about: Buffer): string {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const wrapNonce = randomBytes(NONCE_BYTES);
  const wrapped = Buffer.concat([wrapNonce, encrypt(master.bytes, wrapNonce, { plain: dataKey, about })]);
  const nonce = randomBytes(NONCE_BYTES);
  const body = encrypt(dataKey, nonce, { plain: Buffer.from(text), about });
  dataKey.fill(0);
  return ['v1', master.id, ...[wrapped, nonce, body].map((part) => part.toString('base64url'))].join('.');
}

function openParts(master: MasterKey, { wrapped, nonce, body }: Parts, about: Buffer): string {
  const wrapNonce = wrapped.subarray(0, NONCE_BYTES);
  const dataKey = decrypt(master.bytes, wrapNonce, { body: wrapped.subarray(NONCE_BYTES), about });
  try {
    return decrypt(dataKey, nonce, { body, about }).toString('utf8');
  } finally {
    dataKey.fill(0);
  }
}

/** Splits `v1.<kek id>.<wrapped key>.<nonce>.<ciphertext>`, see SealedSecret. */
function partsOf(sealed: SealedSecret, { current, older }: MasterKeys): { master: MasterKey; parts: Parts } {
  if (sealed.envelope === null) throw new PermanentFailure(`${named(sealed)} was already consumed.`);
  const [version, kek, ...rest] = sealed.envelope.split('.');
  if (version !== 'v1') throw new PermanentFailure(`${named(sealed)} has an envelope of an unknown version.`);
  const master = [current, ...older].find(({ id }) => id === kek);
  if (master === undefined)
    throw new PermanentFailure(
      `${named(sealed)} was sealed with another master key (${shownId(kek)}) than ${current.id}. Put back the master key file that was in use when it was sealed, as master-${shownId(kek)}.key beside master.key.`,
    );
  const [wrapped, nonce, body, ...more] = rest.map((part) => strictBase64Url(part));
  if (!wrapped || !nonce || !body || more.length > 0)
    throw new PermanentFailure(`${named(sealed)} has a damaged envelope: expected five parts in base64url.`);
  return { master, parts: { wrapped, nonce, body } };
}

// Node skips what it cannot decode; then two different envelopes would open to the same secret.
function strictBase64Url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function aboutOf({ id, key, purpose }: Pick<SealedSecret, 'id' | 'key' | 'purpose'>, kek: string): Buffer {
  return Buffer.from(JSON.stringify(['rekey envelope v1', kek, id, key, purpose]));
}

// Whatever stands in a damaged envelope is not repeated.
function shownId(kek: string | undefined): string {
  return kek !== undefined && /^[0-9a-f]{8}$/.test(kek) ? kek : 'unknown';
}

function named(sealed: SealedSecret): string {
  return `The sealed secret ${sealed.id}`;
}
