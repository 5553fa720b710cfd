import { Refusal, unrepeated } from '../errors.ts';
import type { Delivery, Key } from './key.ts';
import type { ClassRule } from './key-class.ts';
import type { Policy } from './policy.ts';
import type { JsonObject } from './run.ts';

const DAY_MS = 24 * 3_600_000;
export const PRODUCTION = 'production';

/** What people say of a key, as far as it can be judged without asking anybody. */
type Said = Partial<
  Pick<
    Key,
    | 'owner'
    | 'escalation'
    | 'runbook'
    | 'secretRef'
    | 'administers'
    | 'rateLimit'
    | 'delivery'
    | 'probeUrl'
    | 'service'
    | 'environment'
    | 'slug'
    | 'scopes'
  >
>;

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
const WHO = /^(group:)?[a-z0-9][a-z0-9_-]{0,62}$/;
const SCOPE = /^[!-~]{1,128}$/;
const REFERENCE = /^[a-z][a-z0-9+.-]{0,31}:\S{1,500}$/;
const MOST_SCOPES = 100;

/** Throws Refusal `bad_fact` for the first field that cannot be so, with what was expected. Fields that were not given are not looked at. */
export function assertFacts(said: Said, policy: Policy): void {
  if (said.slug !== undefined && !SLUG.test(said.slug))
    throw bad(
      'name',
      unrepeated(said.slug),
      '1 to 63 lower-case letters, digits and -, beginning with a letter or digit',
    );
  assertName('service', said.service);
  assertName('environment', said.environment);
  assertName('administers', said.administers);
  assertKnown(policy, 'owner', said.owner);
  assertKnown(policy, 'escalation', said.escalation);
  assertPattern(
    'secret reference',
    said.secretRef,
    REFERENCE,
    'a reference such as op://vault/item/field, never the value',
  );
  assertPattern('runbook', said.runbook, SCOPE, 'the id of a runbook or a link');
  assertRateLimit(said.rateLimit);
  assertScopes(said.scopes);
  assertUrl(said.probeUrl);
  assertDelivery(said.delivery);
}

/** Refusal `required_missing`: what key-classes.yaml asks of a production key of this class. */
export function assertRequired(
  key: Pick<Key, 'slug' | 'class' | 'environment' | 'owner' | 'escalation' | 'runbook'>,
  { required }: Pick<ClassRule, 'required'>,
): void {
  if (key.environment !== PRODUCTION) return;
  const missing = required.filter((field) => key[field] === null);
  if (missing.length === 0) return;
  throw new Refusal(
    'required_missing',
    `${key.slug} is a ${key.class} of production and needs ${missing.join(' and ')}. Say ${missing.length === 1 ? 'it' : 'them'}, so that somebody can act when it breaks.`,
  );
}

/** When a new key ends: its class's max age from now, or the asked number of days within it. Refusals `class_not_minted`, `bad_lifetime`. */
export function expiryOf(
  of: Pick<Key, 'class'>,
  { maxAgeDays }: Pick<ClassRule, 'maxAgeDays'>,
  asked: { days: number | null; now: Date },
): Date {
  if (maxAgeDays === null)
    throw new Refusal(
      'class_not_minted',
      `Keys of the class ${of.class} are not minted by Rekey. Import the one there is.`,
    );
  const days = asked.days ?? maxAgeDays;
  if (Number.isInteger(days) && days >= 1 && days <= maxAgeDays) return new Date(asked.now.getTime() + days * DAY_MS);
  throw new Refusal(
    'bad_lifetime',
    `A key of the class ${of.class} lives 1 to ${maxAgeDays} whole days; you wrote ${days}.`,
  );
}

/** What Rekey says itself in every JWT that it signs. */
const REGISTERED = ['iss', 'sub', 'aud', 'jti', 'iat', 'exp', 'nbf'] as const;
const LARGEST_CLAIMS = 4_096;

/** Refusals `reserved_claims`, `bad_claims`. */
export function assertClaims(claims: JsonObject): void {
  const reserved = REGISTERED.filter((name) => Object.hasOwn(claims, name));
  if (reserved.length > 0)
    throw new Refusal(
      'reserved_claims',
      `${reserved.join(', ')} ${reserved.length === 1 ? 'is' : 'are'} set by Rekey (${REGISTERED.join(', ')}) and cannot be given. Choose other names.`,
    );
  const size = Buffer.byteLength(JSON.stringify(claims));
  if (size > LARGEST_CLAIMS)
    throw new Refusal('bad_claims', `The claims of a JWT have at most ${LARGEST_CLAIMS} bytes; these have ${size}.`);
}

function assertName(field: string, value: string | null | undefined): void {
  assertPattern(field, value, NAME, '1 to 63 lower-case letters, digits, ".", "-" and "_"');
}

function assertPattern(field: string, value: string | null | undefined, pattern: RegExp, expected: string): void {
  if (value === undefined || value === null || pattern.test(value)) return;
  throw bad(field, unrepeated(value), expected);
}

// A name that policy.yaml does not know owns nothing: nobody would be told.
function assertKnown(policy: Policy, field: 'owner' | 'escalation', name: string | null | undefined): void {
  if (name === undefined || name === null) return;
  const [table, own] = name.startsWith('group:') ? [policy.groups, name.slice('group:'.length)] : [policy.people, name];
  if (Object.hasOwn(table, own)) return;
  throw bad(field, WHO.test(name) ? `"${name}"` : unrepeated(name), 'a person or group:<name> of policy.yaml');
}

function assertRateLimit(limit: number | null | undefined): void {
  if (limit === undefined || limit === null || (Number.isSafeInteger(limit) && limit >= 1)) return;
  throw bad('rate limit', String(limit), 'a whole number of calls per second from 1 on');
}

function assertScopes(scopes: readonly string[] | undefined): void {
  if (scopes === undefined) return;
  if (scopes.length > MOST_SCOPES) throw bad('scopes', `${scopes.length} of them`, `at most ${MOST_SCOPES}`);
  for (const scope of scopes)
    if (!SCOPE.test(scope))
      throw bad('scope', unrepeated(scope), '1 to 128 visible characters without spaces, as payments:read');
  if (new Set(scopes).size < scopes.length) throw bad('scopes', 'one of them twice', 'each scope once');
}

function assertUrl(url: string | null | undefined): void {
  if (url === undefined || url === null) return;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const plain = parsed !== null && parsed.username === '' && parsed.password === '';
  if (plain && (parsed.protocol === 'https:' || parsed.protocol === 'http:')) return;
  throw new Refusal('bad_fact', 'The probe URL has to be http or https, without a user name or password in it.');
}

function assertDelivery(delivery: Delivery | null | undefined): void {
  if (delivery === undefined || delivery === null) return;
  assertName('sink', delivery.sink);
  if (delivery.target.trim() === '' || delivery.target.length > 1_024)
    throw bad('delivery target', unrepeated(delivery.target), 'a place of 1 to 1024 characters');
}

// `got` repeats no text but a mistyped name of somebody: a refusal is audited for ever, and a value is easily pasted where its reference belongs.
function bad(field: string, got: string, expected: string): Refusal {
  return new Refusal('bad_fact', `${field}: expected ${expected}; you wrote ${got}.`);
}
