import { describe, expect, test } from 'vitest';
import { mintKey } from '../../../src/providers/key-format.ts';
import { verdictOn } from '../../../src/providers/verify-key.ts';
import { Secret } from '../../../src/secret.ts';
import { daysAfter, NOON } from '../../support/builders.ts';
import { aKeysWorld, anActiveKey, asking, expectWhole, importing, refusedWithoutTrace } from './keys-world.ts';

const STRIPE = 'whsec_5f0c1d2e3b4a59687766';

test('of a key that was made elsewhere only a keyed digest and its last 4 are kept (S2-04, S2-35)', async () => {
  const world = await aKeysWorld();
  const expiresAt = daysAfter(NOON, 40);
  const request = importing(
    { slug: 'stripe-prod', class: 'webhook_secret' },
    { material: new Secret(STRIPE), expiresAt },
  );
  const key = await world.keys.import(request);
  expect(key).toMatchObject({
    state: 'active',
    class: 'webhook_secret',
    last4: '7766',
    expiresAt,
    provider: 'imported',
  });
  expect(await world.ledger.read.keyByDigest(world.deps.pepper.digestOf(STRIPE))).toEqual(key);
  expect(verdictOn(key, NOON)).toEqual({ status: 'valid' });
  expect(await world.ledger.read.secretsOfKey(key.id)).toEqual([]);
  await expectWhole(world, [STRIPE]);
});

test('the same request twice registers one key', async () => {
  const world = await aKeysWorld();
  const request = importing({ slug: 'stripe-prod' }, { material: new Secret(STRIPE) });
  expect(await world.keys.import(request)).toEqual(await world.keys.import(request));
  expect(await world.actions()).toEqual(['key_issued']);
});

test('a key that was replaced where it lives keeps its name: other material is its next version (S2-29)', async () => {
  const world = await aKeysWorld();
  const stripe = (material: string) => importing({ slug: 'stripe-prod' }, { material: new Secret(material) });
  const first = await world.keys.import(stripe(STRIPE));
  const second = await world.keys.import(stripe('whsec_00aa11bb22cc33dd44ee'));
  expect(second).toMatchObject({ version: 2, predecessor: first.id, state: 'active' });
  expect((await world.ledger.read.keyBySlug('stripe-prod'))?.version).toBe(2);
  expect(await world.ledger.read.key(first.id)).toMatchObject({ state: 'active', supersededAt: NOON });
  expect(await world.ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a secret over several lines is known again, and none of its characters is kept', async () => {
  const world = await aKeysWorld();
  const pem = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQ'.repeat(20)}\n-----END PRIVATE KEY-----`;
  const key = await world.keys.import(importing({ slug: 'tls' }, { material: new Secret(pem) }));
  expect(key).toMatchObject({ last4: null, digest: world.deps.pepper.digestOf(pem) });
});

test.each([
  ['nineteen-characters', null],
  ['twenty-characters-xx', 's-xx'],
])('of %s the last 4 that are kept are %s', async (text, last4) => {
  const world = await aKeysWorld();
  const key = await world.keys.import(importing({ slug: 'short' }, { material: new Secret(text) }));
  expect(key.last4).toBe(last4);
});

test('a key of which only the metadata is known is registered without a digest', async () => {
  const world = await aKeysWorld();
  const key = await world.keys.import(importing({ slug: 'twilio' }));
  expect(key).toMatchObject({ digest: null, last4: null, pepperId: null, state: 'active' });
  await expectWhole(world);
});

test('a key of the ledger’s own format is known by its public id, and can be rotated here', async () => {
  const world = await aKeysWorld();
  const { secret, publicId } = mintKey('live');
  const key = await world.keys.import(importing({ slug: 'restored' }, { material: secret }));
  expect(key).toMatchObject({ provider: 'ledger', externalRef: publicId });
});

describe('refuses', () => {
  test('material that the ledger knows already, and says whose it is', async () => {
    const world = await aKeysWorld();
    const { secret } = await anActiveKey(world);
    const again = () => world.keys.import(importing({ slug: 'copy' }, { material: new Secret(secret.reveal()) }));
    const { code, message } = await refusedWithoutTrace(world, again);
    expect([code, message]).toEqual(['already_known', expect.stringContaining('payments-prod v1 (active)')]);
  });

  test('a Rekey key with a typo in it', async () => {
    const world = await aKeysWorld();
    const text = mintKey('live').secret.reveal();
    const mistyped = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
    const { code, message } = await refusedWithoutTrace(world, () =>
      world.keys.import(importing({ slug: 'typo' }, { material: new Secret(mistyped) })),
    );
    expect([code, message]).toEqual(['bad_material', expect.stringContaining('the checksum does not match')]);
    await expectWhole(world, [mistyped]);
  });

  test.each([
    ['nothing', ' \n'],
    ['64 KiB and more', 'x'.repeat(64 * 1024 + 1)],
  ])('%s as material', async (_, text) => {
    const world = await aKeysWorld();
    const { code } = await refusedWithoutTrace(world, () =>
      world.keys.import(importing({}, { material: new Secret(text) })),
    );
    expect(code).toBe('bad_material');
  });

  test('the material itself as a name or note', async () => {
    const world = await aKeysWorld();
    const material = new Secret('hunter2-hunter2');
    const { code } = await refusedWithoutTrace(world, () =>
      world.keys.import(importing({ slug: 'hunter2-hunter2' }, { material })),
    );
    expect(code).toBe('secret_in_text');
    await expectWhole(world, ['hunter2-hunter2']);
  });

  test('what a name, an owner or a stranger may not: the same as for a new key', async () => {
    const world = await aKeysWorld();
    await world.keys.import(importing());
    expect((await refusedWithoutTrace(world, () => world.keys.import(importing()))).code).toBe('slug_taken');
    const orphan = importing({ slug: 'orphan', owner: null });
    expect((await refusedWithoutTrace(world, () => world.keys.import(orphan))).code).toBe('required_missing');
    const stranger = importing({ slug: 'strange' }, asking('person:bob'));
    expect((await refusedWithoutTrace(world, () => world.keys.import(stranger))).code).toBe('not_allowed');
  });
});

test('from where a key must not be, its keyed digest alone makes it known; a digest of something else is refused', async () => {
  const world = await aKeysWorld();
  const { pepper } = world.deps;
  const digest = pepper.digestOf(STRIPE);
  const request = (text: string) => ({ ...importing({ slug: 'stripe-prod' }, { material: null }), digest: text });
  for (const wrong of [digest, `other:${digest}`, `${pepper.id}:${STRIPE}`, ''])
    expect((await refusedWithoutTrace(world, () => world.keys.import(request(wrong)))).code).toBe('bad_digest');
  const key = await world.keys.import(request(`${pepper.id}:${digest}`));
  expect(await world.ledger.read.keyByDigest(digest)).toEqual(key);
  expect(key).toMatchObject({ provider: 'imported', last4: null });
});
