import type { LedgerEvent } from '../../domain/event.ts';
import { KeyId, SecretId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import { assertClaims, expiryOf } from '../../domain/key-facts.ts';
import { newKey } from '../../domain/new-key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { mintJwt } from '../../providers/jwt-mint.ts';
import { newSigningPair, signingKeys } from '../../providers/jwt-signing-keys.ts';
import { mintApiKey } from '../../providers/ledger-provider.ts';
import type { Secret } from '../../secret.ts';
import type { KeysDeps } from './deps.ts';
import type { GenerateRequest } from './keys.ts';

/** A pending key and its sealed material; `events` brings both into the ledger. */
export interface Minted {
  key: Key;
  secret: SecretId;
  events: LedgerEvent[];
}

interface Means {
  deps: KeysDeps;
  read: LedgerReader;
  rule: ClassRule;
  version: number;
}

/** The first version of a key, by its class. Nothing uses it before it was handed over, so losing it here harms nobody. */
export async function mintFirst(request: GenerateRequest, means: Means): Promise<Minted> {
  const { facts, claims } = request;
  if (claims !== null && facts.class !== 'jwt')
    throw new Refusal('bad_claims', `Only a JWT has claims; ${facts.slug} is of the class ${facts.class}.`);
  switch (facts.class) {
    case 'api_key':
      return mintApi(request, means);
    case 'jwt':
      return mintToken(request, means);
    case 'issuer_key':
      return mintFirstSigner(request, means);
    default:
      throw new Refusal(
        'class_not_minted',
        `Rekey mints api_key, jwt and issuer_key; a ${facts.class} is made by its own system. Import it instead.`,
      );
  }
}

function mintApi(request: GenerateRequest, { deps, rule, version }: Means): Minted {
  const now = deps.now();
  const expiresAt = expiryOf(request.facts, rule, { days: request.expiresInDays, now });
  const { secret, ...issued } = mintApiKey(request.facts, deps.pepper);
  const key = newKey({ ...born(request, deps), ...issued, expiresAt, version });
  return sealed(deps, key, { secret, purpose: 'new_key' });
}

async function mintToken(request: GenerateRequest, { deps, read, rule, version }: Means): Promise<Minted> {
  const { facts, expiresInDays: days } = request;
  const claims = request.claims ?? {};
  assertClaims(claims);
  const asked = expiryOf(facts, rule, { days, now: deps.now() });
  const { secret, ...issued } = await mintJwt({ ...deps, ledger: read }, { of: facts, claims, expiresAt: asked });
  // To the second: `exp` has no milliseconds.
  if (days !== null && asked.getTime() - issued.expiresAt.getTime() >= 1_000)
    throw new Refusal(
      'bad_lifetime',
      `A JWT ends with the key that signs it, at ${issued.expiresAt.toISOString()}; ${days} days are longer. Ask for fewer, or rotate the signing key first.`,
    );
  const key = newKey({ ...born(request, deps), ...issued, claims, version });
  return sealed(deps, key, { secret, purpose: 'new_key' });
}

async function mintFirstSigner(request: GenerateRequest, { deps, read, rule, version }: Means): Promise<Minted> {
  const { facts } = request;
  if (facts.delivery !== null)
    throw new Refusal(
      'bad_fact',
      `${facts.slug} would sign JWTs: its private half never leaves Rekey, so it is delivered nowhere.`,
    );
  const [other] = await signingKeys(read, deps.now());
  if (other !== undefined)
    throw new Refusal(
      'signing_key_exists',
      `${nameOf(other)} signs JWTs already. Rotate it for a new version: rekey keys rotate ${other.slug}.`,
    );
  const expiresAt = expiryOf(facts, rule, { days: request.expiresInDays, now: deps.now() });
  return mintSigner(deps, newKey({ ...born(request, deps), expiresAt, version }));
}

/** A signing key needs nobody to take it: it signs from the transaction on that records this. */
export async function mintSigner(deps: KeysDeps, key: Key): Promise<Minted> {
  const { publicJwk, privateJwk } = await newSigningPair(key.id);
  const digest = deps.pepper.digestOf(privateJwk.reveal());
  const whole = { ...key, publicJwk, digest, pepperId: deps.pepper.id };
  const minted = sealed(deps, whole, { secret: privateJwk, purpose: 'signing_key' });
  return { ...minted, events: [...minted.events, { type: 'key_activated', key: key.id }] };
}

function born({ facts }: Pick<GenerateRequest, 'facts'>, { newId, now }: KeysDeps) {
  return { ...facts, id: KeyId.parse(newId('key')), provider: 'ledger', createdAt: now() } as const;
}

function sealed(
  deps: KeysDeps,
  key: Key,
  { secret, purpose }: { secret: Secret; purpose: 'new_key' | 'signing_key' },
): Minted {
  const id = SecretId.parse(deps.newId('sec'));
  const envelope = deps.vault.seal(secret, { id, key: key.id, purpose, now: deps.now() });
  return {
    key,
    secret: id,
    events: [
      { type: 'key_issued', key },
      { type: 'secret_sealed', secret: envelope },
    ],
  };
}
