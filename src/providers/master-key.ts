import { createHash, randomBytes } from 'node:crypto';
import { Refusal } from '../errors.ts';
import { looksMadeUp } from './made-up.ts';

const BYTES = 32;

export interface MasterKey {
  /** First eight hex digits of the key's hash: names it in an envelope without telling anything of it. */
  id: string;
  bytes: Uint8Array;
}

/** Everything is sealed with the one of today; the older ones open what was sealed before it. */
export interface MasterKeys {
  current: MasterKey;
  older: readonly MasterKey[];
}

/** Where master keys come from. Asked at each sealing and opening, so that a process that runs takes up the next key by itself. */
export type MasterKeySource = () => MasterKeys;

/** The same keys for as long as the process lives. */
export function fixedMasterKeys(current: MasterKey, ...older: MasterKey[]): MasterKeySource {
  return () => ({ current, older });
}

export function masterKeyOf(bytes: Uint8Array): MasterKey {
  return { id: keyIdOf(bytes), bytes };
}

export function keyIdOf(bytes: Uint8Array): string {
  return createHash('sha256').update('rekey key id\n').update(bytes).digest('hex').slice(0, 8);
}

/** 32 fresh random bytes as a key file holds them. */
export function newKeyText(): string {
  return `${randomBytes(BYTES).toString('base64')}\n`;
}

/** The bytes in a key file or a program's answer. A refusal names where they came from, and says nothing of what was there. */
export function keyBytes(from: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== BYTES || bytes.toString('base64') !== text)
    throw new Refusal(
      'key_file_content',
      `${from} must hold ${BYTES} random bytes in base64 (${Math.ceil(BYTES / 3) * 4} characters); it holds ${text.length} characters.`,
    );
  if (looksMadeUp(bytes))
    throw new Refusal(
      'key_file_example',
      `${from} holds an example, not random bytes. Make a real one with: rekey init`,
    );
  return bytes;
}
