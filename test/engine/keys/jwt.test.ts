import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { KeyId } from '../../../src/domain/ids.ts';
import type { JsonObject } from '../../../src/domain/run.ts';
import { looksLikeJwt } from '../../../src/providers/jwt-verify.ts';
import { ledgerProvider } from '../../../src/providers/ledger-provider.ts';
import { Secret } from '../../../src/secret.ts';
import { aKey, aPolicy, DAY, daysAfter, minutesAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aJwt, aPair, aSigner, published, verify } from './jwt-world.ts';
import {
  aKeysWorld,
  anActiveKey,
  asking,
  because,
  expectWhole,
  generating,
  importing,
  refusedWithoutTrace,
} from './keys-world.ts';

test('a JWT is signed, says who it is for, and anybody can check it with the published keys (S2-03)', async () => {
  const world = await aKeysWorld();
  const { key: signer } = await aSigner(world);
  const { key, secret } = await aJwt(world);
  expect(looksLikeJwt(secret.reveal())).toBe(true);
  expect(decodeProtectedHeader(secret.reveal())).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: signer.id });
  const jwks = createLocalJWKSet((await published(world)) as never);
  const checks = { issuer: 'rekey/jwt-signer', audience: 'payments', subject: 'ci-token', currentDate: NOON };
  const { payload } = await jwtVerify(secret.reveal(), jwks, checks);
  expect(payload).toMatchObject({ plan: 'pro', jti: key.externalRef, iat: NOON.getTime() / 1_000 });
  expect(payload.exp).toBe((key.expiresAt?.getTime() ?? 0) / 1_000);
  expect(await verify(world, secret)).toEqual({ status: 'valid', key: await world.key(key.id) });
  await expectWhole(world, [secret.reveal()]);
});

test('the private half of a signing key is sealed, never published, never delivered, and not in the ledger’s file', async () => {
  const world = await aKeysWorld();
  const { key, offer } = await aSigner(world);
  expect(offer).toBeNull();
  expect(key).toMatchObject({
    state: 'active',
    publicJwk: { kid: key.id, kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
  });
  const [sealed] = await world.ledger.read.secretsOfKey(key.id);
  if (sealed === undefined) throw new Error('nothing was sealed');
  expect(sealed.purpose).toBe('signing_key');
  const { d } = JSON.parse(world.deps.vault.open(sealed).reveal());
  expect(JSON.stringify(await published(world))).not.toContain(d);
  await expectWhole(world, [d]);
});

describe('what is verified', () => {
  test('is rejected when it is no JWT, altered, or signed by somebody else under our kid', async () => {
    const world = await aKeysWorld();
    const { key: signer } = await aSigner(world);
    const { secret } = await aJwt(world);
    const [header = '', payload = '', signature = ''] = secret.reveal().split('.');
    const richer = Buffer.from(JSON.stringify({ ...decodeJwt(secret.reveal()), plan: 'enterprise' })).toString(
      'base64url',
    );
    const { privateKey } = await aPair();
    const foreign = await new SignJWT({ plan: 'pro' })
      .setProtectedHeader({ alg: 'EdDSA', kid: signer.id })
      .setIssuer('rekey/jwt-signer')
      .setExpirationTime(daysAfter(NOON, 9))
      .sign(privateKey);
    const unsigned = `${Buffer.from(JSON.stringify({ alg: 'none', kid: signer.id })).toString('base64url')}.${payload}.AA`;
    const unknown = `${Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: 'key-none' })).toString('base64url')}.${payload}.${signature}`;
    const altered = `${header}.${richer}.${signature}`;
    for (const wrong of ['', 'nonsense', 'eyJ.eyJ.x', altered, foreign, unsigned, unknown])
      expect(await verify(world, wrong)).toEqual({ status: 'not_found', key: null });
  });

  test('is rejected when it was signed with the right key and the ledger never issued it', async () => {
    const world = await aKeysWorld();
    const { key: signer } = await aSigner(world);
    const [sealed] = await world.ledger.read.secretsOfKey(signer.id);
    if (sealed === undefined) throw new Error('nothing was sealed');
    const stolen = JSON.parse(world.deps.vault.open(sealed).reveal());
    const forged = await new SignJWT({ plan: 'enterprise' })
      .setProtectedHeader({ alg: 'EdDSA', kid: signer.id })
      .setIssuer('rekey/jwt-signer')
      .setExpirationTime(daysAfter(NOON, 9))
      .sign(stolen);
    expect(await verify(world, forged)).toEqual({ status: 'not_found', key: null });
  });

  test('is rejected unless its signature is that of the signing key that it names, even with a row of its own', async () => {
    const [pair, other] = await Promise.all([aPair(), aPair()]);
    const signer = KeyId.parse('key-signer');
    const jwt = (by: typeof pair, issuer: string) =>
      new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid: signer }).setIssuer(issuer).sign(by.privateKey);
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid: signer } as JsonObject;
    const right = await jwt(pair, 'rekey/payments-prod');
    for (const [keyClass, token, status] of [
      ['issuer_key', right, 'valid'],
      ['api_key', right, 'not_found'],
      ['issuer_key', await jwt(other, 'rekey/payments-prod'), 'not_found'],
      ['issuer_key', await jwt(pair, 'rekey/another'), 'not_found'],
    ] as const) {
      const world = await aKeysWorld();
      const live = { expiresAt: daysAfter(NOON, 9), version: 1 };
      const own = { id: KeyId.parse('key-jwt'), slug: 'jwt', digest: world.deps.pepper.digestOf(token) };
      await recordEvents(world.ledger, [
        { type: 'key_issued', key: aKey({ ...live, id: signer, class: keyClass, publicJwk }) },
        { type: 'key_issued', key: aKey({ ...live, ...own, class: 'jwt' }) },
      ]);
      expect(await verify(world, token)).toMatchObject({ status });
    }
  });

  test('is what its row says when another system signed it and somebody registered it here', async () => {
    const world = await aKeysWorld();
    const { privateKey } = await aPair();
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid: 'theirs' }).sign(privateKey);
    await world.keys.import(importing({ slug: 'foreign', class: 'jwt' }, { material: new Secret(token) }));
    expect((await verify(world, token)).status).toBe('valid');
    await world.keys.revoke(because('foreign'));
    expect((await verify(world, token)).status).toBe('revoked');
  });

  test('follows its own row: suspended, revoked and expired (S2-06)', async () => {
    const world = await aKeysWorld();
    await aSigner(world);
    const { key, secret } = await aJwt(world, 'ci-token', {}, 30);
    await world.keys.suspend(because('ci-token'));
    expect((await verify(world, secret)).status).toBe('suspended');
    await world.keys.reinstate(because('ci-token'));
    expect((await verify(world, secret)).status).toBe('valid');
    world.setNow(key.expiresAt ?? NOON);
    expect((await verify(world, secret)).status).toBe('expired');
    await world.keys.revoke(because('ci-token'));
    expect((await verify(world, secret)).status).toBe('revoked');
  });

  test('is worth no more than the key that signed it', async () => {
    const world = await aKeysWorld();
    const { key: signer } = await aSigner(world);
    const { secret } = await aJwt(world);
    await world.keys.suspend(because(signer.id));
    expect((await verify(world, secret)).status).toBe('suspended');
    await world.keys.reinstate(because(signer.id));
    await world.keys.revoke(because(signer.id));
    expect((await verify(world, secret)).status).toBe('revoked');
    expect(await published(world)).toEqual({ keys: [] });
  });
});

describe('refuses', () => {
  test('a JWT while no key signs, also after the only one was revoked or has expired', async () => {
    const world = await aKeysWorld();
    const ask = () => world.keys.generate(generating({ slug: 'ci-token', class: 'jwt' }));
    expect((await refusedWithoutTrace(world, ask)).code).toBe('no_signing_key');
    await aSigner(world);
    world.setNow(daysAfter(NOON, 90));
    expect((await refusedWithoutTrace(world, ask)).code).toBe('no_signing_key');
  });

  test.each(['iss', 'sub', 'aud', 'jti', 'iat', 'exp', 'nbf'])('the claim %s, which Rekey sets', async (name) => {
    const world = await aKeysWorld();
    await aSigner(world);
    const ask = () => world.keys.generate(generating({ slug: 'x', class: 'jwt' }, { claims: { [name]: 'mallory' } }));
    expect((await refusedWithoutTrace(world, ask)).code).toBe('reserved_claims');
  });

  test('claims of more than 4 KiB, and a key among the claims', async () => {
    const world = await aKeysWorld();
    await aSigner(world);
    const ask = (claims: JsonObject) => () => world.keys.generate(generating({ slug: 'x', class: 'jwt' }, { claims }));
    expect((await refusedWithoutTrace(world, ask({ text: 'x'.repeat(4_096) }))).code).toBe('bad_claims');
    expect((await refusedWithoutTrace(world, ask({ key: 'sk_live_51Hq0000000000000000' }))).code).toBe(
      'secret_in_text',
    );
  });

  test('a JWT that is asked to outlive the key that signs it; without a wish it ends with that key', async () => {
    const world = await aKeysWorld();
    const { key: signer } = await aSigner(world);
    world.setNow(daysAfter(NOON, 80));
    const ask = () => world.keys.generate(generating({ slug: 'x', class: 'jwt' }, { expiresInDays: 11 }));
    expect((await refusedWithoutTrace(world, ask)).message).toContain('ends with the key that signs it, at 2027-06-08');
    expect((await aJwt(world)).key.expiresAt).toEqual(signer.expiresAt);
    expect((await aJwt(world, 'short', {}, 9)).key.expiresAt).toEqual(daysAfter(NOON, 89));
  });

  test('a key that signs to whoever may create keys and not administer, and to every token', async () => {
    const world = await aKeysWorld();
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:create'] });
    const signer = { slug: 'jwt-signer', class: 'issuer_key' } as const;
    const byToken = () => world.keys.generate(generating(signer, asking('token:ci', ci.id)));
    expect((await refusedWithoutTrace(world, byToken)).message).toContain('token:ci may not administer');
    world.setPolicy(aPolicy({ may: { create: ['alice'] } }));
    const byPerson = () => world.keys.generate(generating(signer));
    expect((await refusedWithoutTrace(world, byPerson)).message).toContain('alice may not administer');
  });

  test('a second key that signs, a signing key with a place, and an expiry moved behind the signed one', async () => {
    const world = await aKeysWorld();
    await aSigner(world);
    const second = () => world.keys.generate(generating({ slug: 'signer-2', class: 'issuer_key' }));
    expect((await refusedWithoutTrace(world, second)).code).toBe('signing_key_exists');
    await aJwt(world);
    const extend = { ...because('ci-token'), expiresAt: daysAfter(NOON, 90), approvedBy: 'bob' as never };
    world.setNow(minutesAfter(NOON, 5));
    expect((await refusedWithoutTrace(world, () => world.keys.extendExpiry(extend))).code).toBe('signed_expiry');
    const other = await aKeysWorld();
    const placed = generating({
      slug: 's',
      class: 'issuer_key',
      delivery: { sink: 'file', target: `${other.place}/s` },
    });
    expect((await refusedWithoutTrace(other, () => other.keys.generate(placed))).code).toBe('bad_fact');
  });
});

test('a run that replaces a JWT gets a new one with the same claims, within the life of the key that signs', async () => {
  const world = await aKeysWorld();
  const { key: signer } = await aSigner(world);
  const { key, secret } = await aJwt(world);
  const { ledger, deps } = world;
  const provider = ledgerProvider({ ...deps, ledger: ledger.read, probeHosts: [] });
  const asked = { token: 't', replaces: key, scopes: [], expiresAt: new Date(NOON.getTime() + 365 * DAY) };
  const made = await provider.create({ ...asked, signal: new AbortController().signal });
  const { jti, iat, ...said } = decodeJwt(made.secret.reveal());
  const { jti: old, iat: _, ...before } = decodeJwt(secret.reveal());
  expect(said).toEqual(before);
  expect([jti, iat]).toEqual([made.externalRef, NOON.getTime() / 1_000]);
  expect(jti).not.toBe(old);
  expect(made).toMatchObject({ expiresAt: signer.expiresAt, digest: deps.pepper.digestOf(made.secret.reveal()) });
  expect(await verify(world, made.secret)).toEqual({ status: 'not_found', key: null });
});

test('a probe sees a JWT rejected when the key that signed it was revoked', async () => {
  const world = await aKeysWorld();
  const { key: signer } = await aSigner(world);
  const { key, secret } = await aJwt(world);
  const provider = ledgerProvider({ ...world.deps, ledger: world.ledger.read, probeHosts: [] });
  const probe = () => provider.probe(key, secret, new AbortController().signal);
  expect(await probe()).toMatchObject({ verdict: 'accepted' });
  await world.keys.revoke(because(signer.id));
  expect(await probe()).toMatchObject({ verdict: 'rejected', how: 'the ledger verifies ci-token v1 as revoked' });
});
