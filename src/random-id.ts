import { randomInt } from 'node:crypto';

// Without 0/o, 1/l/i: people read these ids out on the phone.
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const LENGTH = 10;

/** A fresh id such as `run-4k9x2m7qpd`; about 50 bits, so that two never meet in one ledger. */
export function randomId(prefix: string): string {
  let text = '';
  for (let i = 0; i < LENGTH; i++) text += ALPHABET.charAt(randomInt(ALPHABET.length));
  return `${prefix}-${text}`;
}
