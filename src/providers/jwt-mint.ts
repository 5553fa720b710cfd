import { SignJWT } from 'jose';
import type { Key } from '../domain/key.ts';
import type { JsonObject } from '../domain/run.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { Secret } from '../secret.ts';
import type { IssuedMaterial } from './contract.ts';
import { currentSigner, issuerOf, privateHalf, SIGNING_ALGORITHM } from './jwt-signing-keys.ts';
import { mintPublicId } from './key-format.ts';
import type { Pepper } from './pepper.ts';
import type { Vault } from './vault.ts';

export interface JwtDeps {
  ledger: Pick<LedgerReader, 'signingKeys' | 'secretsOfKey'>;
  pepper: Pepper;
  vault: Vault;
  now: () => Date;
}

/** What a JWT of the ledger says; the registered claims are Rekey's alone and come last. */
export interface JwtFacts {
  of: Pick<Key, 'slug' | 'service'>;
  claims: JsonObject;
  /** The latest that it may end; it never outlives the key that signs it. */
  expiresAt: Date;
}

export type IssuedJwt = IssuedMaterial & { expiresAt: Date };

/** A JWT signed by the signing key of today. `iss` the signing key's name, `sub` the slug, `aud` the service, `jti` the public id. */
export async function mintJwt(deps: JwtDeps, { of, claims, expiresAt }: JwtFacts): Promise<IssuedJwt> {
  const { ledger, pepper, vault, now } = deps;
  const signer = await currentSigner(ledger, now());
  const jti = mintPublicId();
  const end = earlierOf(wholeSecond(expiresAt), signer.expiresAt);
  const text = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid: signer.id })
    .setIssuer(issuerOf(signer))
    .setSubject(of.slug)
    .setAudience(of.service)
    .setJti(jti)
    .setIssuedAt(now())
    .setExpirationTime(end)
    .sign(await privateHalf(signer, { ledger, vault }));
  return {
    secret: new Secret(text),
    externalRef: jti,
    digest: pepper.digestOf(text),
    pepperId: pepper.id,
    last4: text.slice(-4),
    expiresAt: end,
  };
}

// `exp` counts seconds; the row has to say the same instant.
function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1_000) * 1_000);
}

function earlierOf(end: Date, signerEnds: Date | null): Date {
  return signerEnds === null || end <= signerEnds ? end : wholeSecond(signerEnds);
}
