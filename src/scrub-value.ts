import type { Json } from './domain/run.ts';
import { MASK, scrub } from './scrub.ts';

// Written without separators and in small letters, so that client_secret, clientSecret and client-secret are one name.
const NAMES_A_SECRET = /(token|secret|passw(or)?d|passphrase|apikey|privatekey|credentials?|authorization|cookie)$/;

/** The same value with every secret in its texts and names masked, and every text whose name says that it is one. */
export function scrubbed(value: Json): Json {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) return value.map(scrubbed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [scrub(name), namesSecret(name, inner) ? MASK : scrubbed(inner)]),
  );
}

function namesSecret(name: string, value: Json): boolean {
  const isText = typeof value === 'string' && value !== '';
  return isText && NAMES_A_SECRET.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}
