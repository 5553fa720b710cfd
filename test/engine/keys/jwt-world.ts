import { generateKeyPair } from 'jose';
import type { JsonObject } from '../../../src/domain/run.ts';
import { jwksOf, signingKeys } from '../../../src/providers/jwt-signing-keys.ts';
import { verifyJwt } from '../../../src/providers/jwt-verify.ts';
import type { Secret } from '../../../src/secret.ts';
import { asking, generating, type KeysWorld } from './keys-world.ts';

export const aSigner = (world: KeysWorld) =>
  world.keys.generate(generating({ slug: 'jwt-signer', class: 'issuer_key' }));

export async function aJwt(
  world: KeysWorld,
  slug = 'ci-token',
  claims: JsonObject = { plan: 'pro' },
  days: number | null = null,
) {
  const request = generating({ slug, class: 'jwt' }, { claims, expiresInDays: days });
  const { key, offer } = await world.keys.generate(request);
  if (offer === null) throw new Error('nothing was offered');
  const { secret } = await world.keys.take({ token: offer.token }, { ...asking('person:carol'), how: 'terminal' });
  return { key, secret };
}

export const verify = (world: KeysWorld, secret: Secret | string) =>
  verifyJwt(
    { ledger: world.ledger.read, pepper: world.deps.pepper, now: world.now() },
    typeof secret === 'string' ? secret : secret.reveal(),
  );

export const aPair = () => generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });

export async function published(world: KeysWorld) {
  return jwksOf(await signingKeys(world.ledger.read, world.now()));
}
