import { decodeJwt, decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { KeyId, SecretId } from '../../src/domain/ids.ts';
import { newSigningPair } from '../../src/providers/jwt-signing-keys.ts';
import { aKey, DAY, daysAfter, NOON } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, sealedLeft, usable } from '../support/rotation-world.ts';

/** The key that signs, for 45 more days. */
async function aSigner({ ledger, deps }: RotationProcess) {
  const id = KeyId.parse('key-signer');
  const { publicJwk, privateJwk } = await newSigningPair(id);
  const key = aKey({
    id,
    slug: 'jwt-signer',
    version: 1,
    class: 'issuer_key',
    publicJwk,
    digest: null,
    pepperId: null,
    delivery: null,
    expiresAt: daysAfter(NOON, 45),
  });
  const sealed = deps.vault.seal(privateJwk, {
    id: SecretId.parse('sec-signer'),
    key: id,
    purpose: 'signing_key',
    now: NOON,
  });
  await recordEvents(ledger, [
    { type: 'key_issued', key },
    { type: 'secret_sealed', secret: sealed },
  ]);
  return key;
}

test('a JWT is replaced by one with the same claims, signed by the key of today, that ends when that key does (S2-03)', async () => {
  const world = await aRotationWorld({ class: 'jwt', claims: { plan: 'pro' } });
  const rekey = await world.open();
  const signer = await aSigner(rekey);
  const id = await rekey.begin({ grace_minutes: 60 });
  const fresh = world.atItsPlace() ?? '';
  expect(decodeProtectedHeader(fresh)).toMatchObject({ kid: signer.id });
  expect(decodeJwt(fresh)).toMatchObject({
    sub: 'payments-prod',
    plan: 'pro',
    exp: (NOON.getTime() + 45 * DAY) / 1_000,
  });
  expect(await rekey.key(4)).toMatchObject({ class: 'jwt', claims: { plan: 'pro' }, expiresAt: daysAfter(NOON, 45) });
  expect(await usable(world, rekey)).toEqual([4, 3]);
  expect(await rekey.play(id)).toMatchObject({ outcome: 'succeeded' });
  expect(await usable(world, rekey)).toEqual([4]);
  expect(await sealedLeft(rekey)).toEqual(['signing_key of key-signer']);
});
