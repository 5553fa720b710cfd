import { exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import type { KeyId } from '../domain/ids.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { JsonObject } from '../domain/run.ts';
import { PermanentFailure, Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { Secret } from '../secret.ts';
import type { Vault } from './vault.ts';
import { isUsable, verdictOn } from './verify-key.ts';

export const SIGNING_ALGORITHM = 'EdDSA';

const PublicJwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() });
const PrivateJwk = PublicJwk.extend({ d: z.string() });

export interface SigningPair {
  /** What the JWKS document shows; its `kid` is the id of the key's row. */
  publicJwk: JsonObject;
  /** The private JWK as JSON, to be sealed with the purpose `signing_key`; it never leaves Rekey. */
  privateJwk: Secret;
}

export async function newSigningPair(kid: KeyId): Promise<SigningPair> {
  const pair = await generateKeyPair(SIGNING_ALGORITHM, { crv: 'Ed25519', extractable: true });
  const secret = PrivateJwk.parse({ ...(await exportJWK(pair.privateKey)), kid });
  const { d: _, ...shown } = secret;
  return {
    publicJwk: { ...shown, alg: SIGNING_ALGORITHM, use: 'sig' },
    privateJwk: new Secret(JSON.stringify(secret)),
  };
}

/** Keys whose signatures count at `now`: the one that signs, and retiring ones until their grace is over. Newest first. */
export async function signingKeys(read: Pick<LedgerReader, 'signingKeys'>, now: Date): Promise<Key[]> {
  return (await read.signingKeys()).filter((key) => isUsable(verdictOn(key, now)));
}

/** The document for `GET /.well-known/jwks.json`: public halves only. */
export function jwksOf(keys: readonly Key[]): { keys: JsonObject[] } {
  return { keys: keys.flatMap(({ publicJwk }) => (publicJwk === null ? [] : [publicJwk])) };
}

/** The key that signs new JWTs. Refusal `no_signing_key` says how to make one. */
export async function currentSigner(read: Pick<LedgerReader, 'signingKeys'>, now: Date): Promise<Key> {
  const signer = (await signingKeys(read, now)).find(({ state }) => state === 'active');
  if (signer !== undefined) return signer;
  throw new Refusal(
    'no_signing_key',
    'No key signs JWTs now. Make one first: rekey keys generate signing-key <name>; its private half never leaves Rekey.',
  );
}

/** What a JWT names as its issuer: stable over the versions of the key that signs. */
export function issuerOf(signer: Pick<Key, 'slug'>): string {
  return `rekey/${signer.slug}`;
}

export async function publicHalf(signer: Pick<Key, 'publicJwk'>): ReturnType<typeof importJWK> {
  return importJWK(PublicJwk.parse(signer.publicJwk), SIGNING_ALGORITHM);
}

export async function privateHalf(
  signer: Key,
  { ledger, vault }: { ledger: Pick<LedgerReader, 'secretsOfKey'>; vault: Pick<Vault, 'open'> },
): ReturnType<typeof importJWK> {
  const sealed = (await ledger.secretsOfKey(signer.id)).find((one) => one.purpose === 'signing_key');
  if (sealed === undefined || sealed.envelope === null)
    throw new PermanentFailure(
      `The private half of ${nameOf(signer)} is gone; make another version of it: rekey keys rotate ${signer.slug}.`,
    );
  return importJWK(PrivateJwk.parse(JSON.parse(vault.open(sealed).reveal())), SIGNING_ALGORITHM);
}
