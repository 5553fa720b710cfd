import { decodeProtectedHeader } from 'jose';
import { describe, expect, test } from 'vitest';
import { daysAfter, HOUR, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aJwt, aSigner, published, verify } from './jwt-world.ts';
import { aKeysWorld, anActiveKey, asking, because, expectWhole, refusedWithoutTrace } from './keys-world.ts';

describe('rotating the key that signs', () => {
  test('the new kid signs at once, and what the old one signed counts until the grace is over (S1-01)', async () => {
    const world = await aKeysWorld();
    const { key: first } = await aSigner(world);
    const before = await aJwt(world);
    const second = await world.keys.rotateSigningKey(because('jwt-signer'));
    expect(second).toMatchObject({
      version: 2,
      state: 'active',
      predecessor: first.id,
      expiresAt: daysAfter(NOON, 90),
    });
    const after = await aJwt(world, 'ci-token-2');
    expect(decodeProtectedHeader(after.secret.reveal()).kid).toBe(second.id);
    const graceEndsAt = new Date(NOON.getTime() + 168 * HOUR);
    expect(await world.key(first.id)).toMatchObject({ state: 'retiring', graceEndsAt });
    expect(await verify(world, before.secret)).toMatchObject({ status: 'retiring', until: graceEndsAt.toISOString() });
    expect(await verify(world, after.secret)).toMatchObject({ status: 'valid' });
    expect((await published(world)).keys.map((jwk) => jwk.kid)).toEqual([second.id, first.id]);
    world.setNow(graceEndsAt);
    expect((await verify(world, before.secret)).status).toBe('expired');
    expect((await verify(world, after.secret)).status).toBe('valid');
    expect((await published(world)).keys.map((jwk) => jwk.kid)).toEqual([second.id]);
    await expectWhole(world);
  });

  test('the grace is no longer than the last JWT lives, and there is none when there is no JWT', async () => {
    const world = await aKeysWorld();
    const { key: first } = await aSigner(world);
    const second = await world.keys.rotateSigningKey(because('jwt-signer'));
    expect(await world.key(first.id)).toMatchObject({ state: 'revoked' });
    world.setNow(daysAfter(NOON, 1));
    const { key: jwt, secret } = await aJwt(world, 'short', {}, 2);
    await world.keys.rotateSigningKey(because('jwt-signer'));
    expect(await world.key(second.id)).toMatchObject({ state: 'retiring', graceEndsAt: jwt.expiresAt });
    expect(await verify(world, secret)).toMatchObject({ status: 'valid' });
  });

  test('a compromised one gets no grace: it and what it signed end at once', async () => {
    const world = await aKeysWorld();
    const { key: first } = await aSigner(world);
    const { secret } = await aJwt(world);
    await recordEvents(world.ledger, [{ type: 'key_compromised', key: first.id }]);
    await world.keys.rotateSigningKey(because('jwt-signer'));
    expect((await verify(world, secret)).status).toBe('revoked');
  });

  test('the old private half is destroyed, so that nothing can be signed with it any more', async () => {
    const world = await aKeysWorld();
    const { key: first } = await aSigner(world);
    await aJwt(world);
    await world.keys.rotateSigningKey(because('jwt-signer'));
    const [sealed] = await world.ledger.read.secretsOfKey(first.id);
    expect(sealed).toMatchObject({ envelope: null, destroyedAt: NOON });
  });

  test('a revoked signing key ends its JWTs in the middle of its grace', async () => {
    const world = await aKeysWorld();
    const { key: first } = await aSigner(world);
    const { secret } = await aJwt(world);
    await world.keys.rotateSigningKey(because('jwt-signer'));
    await world.keys.revoke(because(first.id));
    expect((await verify(world, secret)).status).toBe('revoked');
  });

  test('the same request twice makes one new version', async () => {
    const world = await aKeysWorld();
    await aSigner(world);
    const request = because('jwt-signer');
    const second = await world.keys.rotateSigningKey(request);
    expect(await world.keys.rotateSigningKey(request)).toEqual(second);
    expect(await world.ledger.read.versionsOf('jwt-signer')).toHaveLength(2);
  });

  test('a second time waits for the minimum interval of the policy, unless somebody else may have the key', async () => {
    const world = await aKeysWorld();
    await aSigner(world);
    await aJwt(world);
    const second = await world.keys.rotateSigningKey(because('jwt-signer'));
    world.setNow(new Date(NOON.getTime() + 24 * HOUR - 1));
    const soon = await refusedWithoutTrace(world, () => world.keys.rotateSigningKey(because('jwt-signer')));
    expect([soon.code, soon.message]).toEqual(['too_soon', expect.stringContaining('--mode suspected')]);
    const third = await world.keys.rotateSigningKey({ ...because('jwt-signer'), mode: 'suspected' });
    expect(await world.key(second.id)).toMatchObject({ graceEndsAt: new Date(world.now().getTime() + HOUR) });
    await world.keys.rotateSigningKey({ ...because('jwt-signer'), mode: 'exploited' });
    expect((await world.key(third.id)).state).toBe('revoked');
  });

  test('is for people who may administer, not for who may rotate, and never for a token', async () => {
    const world = await aKeysWorld();
    await aSigner(world);
    const { key: ci } = await anActiveKey(world, { slug: 'ci', scopes: ['keys:rotate'] });
    const owner = because('jwt-signer', 'person:carol');
    const token = { ...asking('token:ci', ci.id), key: 'jwt-signer', reason: 'quarterly' };
    for (const request of [owner, token])
      expect((await refusedWithoutTrace(world, () => world.keys.rotateSigningKey(request))).code).toBe('not_allowed');
    expect(await world.ledger.read.versionsOf('jwt-signer')).toHaveLength(1);
  });

  test('is for the key that signs now, and for nothing else', async () => {
    const world = await aKeysWorld();
    const { key: first } = await aSigner(world);
    await aJwt(world);
    const wrong = await refusedWithoutTrace(world, () => world.keys.rotateSigningKey(because('ci-token')));
    expect([wrong.code, wrong.message]).toEqual(['key_not_rotatable', expect.stringContaining('signs no JWTs')]);
    await world.keys.rotateSigningKey(because('jwt-signer'));
    const old = await refusedWithoutTrace(world, () => world.keys.rotateSigningKey(because(first.id)));
    expect(old.message).toContain('is retiring');
  });
});
