import { z } from 'zod';
import { KeyClass } from '../../domain/key.ts';

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const WHO = /^(group:)?[a-z0-9][a-z0-9_-]{0,62}$/;
// An id, a slug, a public id or a fingerprint: nothing that a key could be mistaken for.
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/;

const matching = (pattern: RegExp, expected: string) => z.string().regex(pattern, `expected ${expected}`);

export const Slug = matching(SLUG, '1 to 63 lower-case letters, digits and "-"').describe('What people call the key.');
export const Name = matching(NAME, '1 to 63 lower-case letters, digits, ".", "-" and "_"');
export const Who = matching(WHO, 'a person or group:<name> of policy.yaml');
export const KeyName = matching(KEY_NAME, 'the id or the slug of a key');
export const Caller = matching(NAME, 'lower-case letters, digits, ".", "-" and "_", at most 63');
export const Reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  // Half a surrogate pair would be stored as another character than the one that is hashed in the audit.
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'expected plain text on one line')
  .describe('Why; it stands in the audit.');
export const Instant = z.iso
  .datetime({ offset: true, error: 'expected an instant such as 2027-03-10T12:00:00Z' })
  .describe('An instant such as 2027-03-10T12:00:00Z.');
export const When = z.iso.datetime().describe('ISO-8601 in UTC.');
export const Class = KeyClass.describe('What kind of key it is; docs/keys.md explains each.');
export const Material = z.string().min(1).max(4_096).meta({ format: 'password', writeOnly: true });
export const OnKey = z.strictObject({ id: KeyName.describe('The id of a key, or its slug for the current version.') });
export const Limit = z.coerce.number().int().min(1).max(200).default(50).describe('Most entries of this page.');

export const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
