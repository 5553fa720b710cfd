import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { JsonObject } from '../../src/domain/run.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyFind } from '../../src/steps/key-find.ts';
import { aStepWorld } from '../support/a-step-context.ts';
import { aKey, DAY, daysAfter, HOUR, minutesAfter, NOON } from '../support/builders.ts';
import { anOpenLedger, recordEvents } from '../support/ledger-file.ts';

let made = 0;

function key(slug: string, overrides: Partial<Key> = {}): Key {
  made += 1;
  const id = KeyId.parse(`key-${slug}-${overrides.version ?? 1}`);
  const digest = made.toString(16).padStart(64, '0');
  return aKey({
    id,
    slug,
    version: 1,
    digest,
    externalRef: `ref-${made}`,
    expiresAt: daysAfter(NOON, 60),
    ...overrides,
  });
}

/** The step over a real ledger with these keys. */
async function finder(keys: Key[]) {
  const ledger = await anOpenLedger();
  await recordEvents(
    ledger,
    keys.map((one) => ({ type: 'key_issued', key: one })),
  );
  const context = Object.assign(Object.create(aStepWorld().context), { ledger: ledger.read });
  const found = async (input: JsonObject) => {
    const result = await keyFind.perform(keyFind.with.parse(input), context);
    if (result.kind !== 'done') throw new Error(`expected an answer, got ${result.kind}`);
    expect(keyFind.outputs.parse(result.outputs)).toEqual(result.outputs);
    return result.outputs as { keys: { slug: string; version: number }[]; count: number; more: boolean };
  };
  return {
    context,
    found,
    names: async (input: JsonObject) => (await found(input)).keys.map((one) => `${one.slug} v${one.version}`),
  };
}

const KEYS = [
  key('payments-prod', { expiresAt: daysAfter(NOON, 3) }),
  key('payments-test', { environment: 'staging', expiresAt: daysAfter(NOON, 40) }),
  key('orders-prod', { service: 'orders', owner: 'group:orders', expiresAt: daysAfter(NOON, 2) }),
  key('orders-webhook', { service: 'orders', class: 'webhook_secret', expiresAt: null }),
  key('orders-late', { service: 'orders', expiresAt: minutesAfter(NOON, -5) }),
  key('orders-old', { service: 'orders', state: 'revoked', revokedAt: NOON }),
  key('orders-held', { service: 'orders', state: 'suspended', suspendedAt: NOON, expiresAt: daysAfter(NOON, 9) }),
];

describe('key.find', () => {
  test.each<[string, JsonObject, string[]]>([
    ['a service', { service: 'orders' }, ['orders-late v1', 'orders-prod v1', 'orders-held v1', 'orders-webhook v1']],
    ['an environment', { environment: 'staging' }, ['payments-test v1']],
    ['a class', { class: 'webhook_secret' }, ['orders-webhook v1']],
    [
      'what lies beside a key',
      { service: 'orders', other_than: keyRefOf(key('orders-prod')) },
      ['orders-late v1', 'orders-held v1', 'orders-webhook v1'],
    ],
    ['an owner', { owner: 'group:orders' }, ['orders-prod v1']],
    [
      'an owner of a service',
      { owner: 'carol', service: 'orders', health: 'healthy' },
      ['orders-held v1', 'orders-webhook v1'],
    ],
    ['a state', { state: ['suspended', 'revoked'] }, ['orders-held v1', 'orders-old v1']],
    ['what is expiring', { health: 'expiring' }, ['orders-prod v1', 'payments-prod v1']],
    ['what has expired by the clock', { health: 'expired' }, ['orders-late v1']],
    ['what is revoked', { health: 'revoked' }, ['orders-old v1']],
    [
      'what ends within ten days',
      { expiring_within: '10d', service: 'orders' },
      ['orders-late v1', 'orders-prod v1', 'orders-held v1'],
    ],
    ['the beginning of a name', { name: 'payments-*' }, ['payments-prod v1', 'payments-test v1']],
    ['a part of a name', { name: 'o*-h*' }, ['orders-held v1']],
    ['a whole name', { name: 'orders-prod' }, ['orders-prod v1']],
    ['a provider', { provider: 'stoa' }, []],
  ])('finds keys by %s, the one that ends first comes first', async (_what, input, expected) => {
    const { names } = await finder(KEYS);
    expect(await names(input)).toEqual(expected);
  });

  test('finds one key by what is shown instead of it, and a revoked one too', async () => {
    const gone = key('gone', { digest: 'abcdef012345'.padEnd(64, '9'), state: 'revoked', revokedAt: NOON });
    const { names } = await finder([...KEYS, gone]);
    expect(await names({ fingerprint: 'abcdef012345' })).toEqual(['gone v1']);
    expect(await names({ public_id: gone.externalRef })).toEqual(['gone v1']);
    expect(await names({ public_id: gone.externalRef, service: 'orders' })).toEqual([]);
  });

  test('leaves out versions that were replaced, but for those in grace', async () => {
    const old = { supersededAt: minutesAfter(NOON, -60) };
    const grace = { state: 'retiring', retiringAt: NOON, graceEndsAt: minutesAfter(NOON, 60) } as const;
    const { names } = await finder([
      key('api', { version: 1, state: 'suspended', suspendedAt: NOON, ...old }),
      key('api', { version: 2, ...grace, ...old, expiresAt: daysAfter(NOON, 1) }),
      key('api', { version: 3, predecessor: KeyId.parse('key-api-2') }),
    ]);
    expect(await names({ service: 'payments' })).toEqual(['api v2', 'api v3']);
    expect(await names({ name: 'api' })).toEqual(['api v2', 'api v3']);
    expect(await names({ predecessor: keyRefOf(key('api', { version: 2 })) })).toEqual(['api v3']);
  });

  test('finds the JWTs that a signing key signed, and the keys of the provider that an admin key administers', async () => {
    const signer = { class: 'issuer_key', publicJwk: { kty: 'OKP' } } as const;
    const first = key('signer', { ...signer, activatedAt: daysAfter(NOON, -30), supersededAt: daysAfter(NOON, -10) });
    const second = key('signer', { ...signer, version: 2, activatedAt: daysAfter(NOON, -10) });
    const admin = key('stoa-admin', { administers: 'stoa' });
    const { names } = await finder([
      first,
      second,
      admin,
      key('early', { class: 'jwt', createdAt: new Date(daysAfter(NOON, -10).getTime() - HOUR) }),
      key('late', { class: 'jwt', createdAt: new Date(daysAfter(NOON, -10).getTime() + HOUR) }),
      key('not-a-jwt', { createdAt: daysAfter(NOON, -20) }),
      key('of-stoa', { provider: 'stoa' }),
    ]);
    expect(await names({ issuer: keyRefOf(first) })).toEqual(['early v1']);
    expect(await names({ issuer: keyRefOf(second) })).toEqual(['late v1']);
    expect(await names({ issuer: keyRefOf(admin) })).toEqual(['of-stoa v1']);
    await expect(names({ issuer: keyRefOf(key('not-a-jwt')) })).rejects.toThrow('neither signs JWTs nor administers');
  });

  test('lists as many as it was asked for and says that there are more', async () => {
    const many = Array.from({ length: 12 }, (_, i) =>
      key(`k-${i}`, { expiresAt: new Date(NOON.getTime() + (i + 1) * DAY) }),
    );
    const { found } = await finder(many);
    const page = await found({ name: 'k-*', limit: 5 });
    expect(page).toMatchObject({ count: 5, more: true });
    expect(page.keys.map(({ slug }) => slug)).toEqual(['k-0', 'k-1', 'k-2', 'k-3', 'k-4']);
    expect(await found({ name: 'k-*', limit: 12 })).toMatchObject({ count: 12, more: false });
  });

  test.each([{ limit: 1_001 }, { limit: 0 }, { name: '*-prod' }, { fingerprint: 'rekey_live_whole_value' }])(
    'refuses %j: it never reads everything and never looks for a value',
    (input) => {
      expect(keyFind.with.safeParse(input).success).toBe(false);
    },
  );

  test('shows in a plan what it would find now', async () => {
    const { context } = await finder(KEYS);
    const forecast = await keyFind.forecast?.({ environment: 'staging' }, context);
    expect(forecast?.calls).toEqual(['ledger: look keys up, as of now payments-test v1']);
  });
});
