import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret as OtpSecret, TOTP } from 'otpauth';
import type { PersonId } from '../domain/ids.ts';
import { Secret } from '../secret.ts';

// What every authenticator app can do: RFC 6238 with SHA-1, six digits, 30 seconds.
const SHAPE = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
const SEED_BYTES = 20;
const STEP_MS = SHAPE.period * 1_000;

/** 160 bit of chance, in base32 as apps take it. */
export function newSeed(): Secret {
  return new Secret(new OtpSecret({ size: SEED_BYTES }).base32);
}

/** `otpauth://totp/Rekey:alice?secret=…`, which apps read from a QR code. */
export function seedUri(seed: Secret, person: PersonId): Secret {
  const secret = OtpSecret.fromBase32(seed.reveal());
  return new Secret(new TOTP({ ...SHAPE, secret, issuer: 'Rekey', label: person }).toString());
}

/** How many times 30 s have passed since 1970. */
export function timeStepAt(at: Date): number {
  return TOTP.counter({ period: SHAPE.period, timestamp: at.getTime() });
}

/** When the codes of this time step begin to be shown. */
export function shownFrom(step: number): Date {
  return new Date(step * STEP_MS);
}

/** Six digits, with or without spaces between, as people copy them. */
export function digitsIn(text: string): string | null {
  const digits = text.replaceAll(/[\s-]/g, '');
  return /^[0-9]{6}$/.test(digits) ? digits : null;
}

/** The time steps from `from` to `to` whose code this is. Each one is looked at, so that the time it takes tells nothing. */
export function stepsOf(seed: Secret, digits: string, { from, to }: { from: number; to: number }): number[] {
  const secret = OtpSecret.fromBase32(seed.reveal());
  const given = Buffer.from(digits);
  const found: number[] = [];
  for (let step = Math.max(0, from); step <= to; step += 1) {
    const code = Buffer.from(HOTP.generate({ ...SHAPE, secret, counter: step }));
    if (code.length === given.length && timingSafeEqual(code, given)) found.push(step);
  }
  return found;
}
