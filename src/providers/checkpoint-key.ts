import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../errors.ts';
import type { CheckpointSigner } from '../ledger/checkpoint.ts';
import { syncFolder } from '../sync-folder.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const FILE = 'checkpoint.key';

/** The key that signs checkpoints of the audit, from the keys folder; made there at its first use. It signs nothing else. */
export function openCheckpointSigner(keysDir: string): CheckpointSigner {
  const file = join(keysDir, FILE);
  if (!existsSync(file)) makeKey(keysDir, file);
  const key = keyIn(file);
  return {
    signer: publicHexOf(key),
    sign: (text) => sign(null, Buffer.from(text), key).toString('hex'),
  };
}

/** Whose checkpoints this installation makes, or null when it has made none. */
export function checkpointSignerOf(keysDir: string): string | null {
  const file = join(keysDir, FILE);
  return existsSync(file) ? publicHexOf(keyIn(file)) : null;
}

function makeKey(keysDir: string, file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    writePrivateFile(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    syncFolder(keysDir);
  } catch (error) {
    // Another process made it a moment ago; that one counts.
    if (!(error instanceof Refusal && error.code === 'key_file_exists')) throw error;
  }
}

function keyIn(file: string): KeyObject {
  const text = readPrivateFile(file);
  const key = parsed(text);
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new Refusal(
    'key_file_content',
    `${file} must hold an Ed25519 private key in PEM. Restore it; or move it away, and a new one is made whose checkpoints the old anchors do not know.`,
  );
}

function parsed(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function publicHexOf(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return Buffer.from(x ?? '', 'base64url').toString('hex');
}
