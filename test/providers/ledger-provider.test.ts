import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { PermanentFailure, Refusal } from '../../src/errors.ts';
import { providers } from '../../src/providers/index.ts';
import { parseKey } from '../../src/providers/key-format.ts';
import { type LedgerProviderDeps, ledgerProvider } from '../../src/providers/ledger-provider.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVault } from '../../src/providers/seal.ts';
import { Secret } from '../../src/secret.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { type CountingServer, countingServer } from '../support/counting-server.ts';

const pepper = openPepper('p1', randomBytes(32));
const MATERIAL = new Secret('rekey-canary-material-of-v3');
const signal = new AbortController().signal;

function v3(overrides: Partial<Key> = {}): Key {
  return aKey({ digest: pepper.digestOf(MATERIAL.reveal()), expiresAt: daysAfter(NOON, 9), ...overrides });
}

/** A ledger provider over these rows; `deps` for what else it stands on. */
function over(keys: readonly Key[], deps: Partial<LedgerProviderDeps> = {}) {
  return ledgerProvider({
    ledger: {
      key: async (id) => keys.find((key) => key.id === id) ?? null,
      keyByDigest: async (digest) => keys.find((key) => key.digest === digest) ?? null,
      ...NOTHING_SIGNED,
    },
    pepper,
    vault: openVault({ id: 'aaaa1111', bytes: randomBytes(32) }),
    probeHosts: [],
    now: () => NOON,
    ...deps,
  });
}

const NOTHING_SIGNED = { signingKeys: async () => [], secretsOfKey: async () => [], keysOfProvider: async () => [] };

const request = {
  token: 'run-1.mint.1',
  replaces: v3(),
  scopes: ['payments:read'],
  expiresAt: daysAfter(NOON, 90),
  signal: new AbortController().signal,
};

test('mints a key of the ledger’s own format with everything that the ledger stores of it', async () => {
  const made = await over([]).create(request);
  const text = made.secret.reveal();
  expect(parseKey(text)).toEqual({ ok: true, environment: 'live', publicId: made.externalRef });
  expect(made).toMatchObject({ digest: pepper.digestOf(text), pepperId: 'p1', last4: text.slice(-4) });
});

test.each(['staging', 'test', 'development', 'prod-like'])('a key of %s is a test key', async (environment) => {
  const made = await over([]).create({ ...request, replaces: v3({ environment }) });
  expect(made.secret.reveal()).toMatch(/^rekey_test_/);
});

test('minting again after a crash gives another key, and the first one was never known to the ledger', async () => {
  const provider = over([v3()]);
  const [first, second] = [await provider.create(request), await provider.create(request)];
  expect(second.digest).not.toBe(first.digest);
  expect((await provider.probe(v3(), first.secret, signal)).verdict).toBe('rejected');
});

test('a material matches its own key and no other', () => {
  const provider = over([]);
  expect(provider.matches(v3(), MATERIAL)).toBe(true);
  expect(provider.matches(v3({ digest: null }), MATERIAL)).toBe(false);
  fc.assert(fc.property(fc.string(), (other) => !provider.matches(v3(), new Secret(other))));
});

test('does not say "different" about a key that another pepper digested', () => {
  expect(() => over([]).matches(v3({ pepperId: 'p0' }), MATERIAL)).toThrow(PermanentFailure);
});

test.each<[Partial<Key>, string, string]>([
  [{}, 'accepted', 'valid'],
  [{ state: 'retiring', graceEndsAt: minutesAfter(NOON, 5) }, 'accepted', 'retiring'],
  [{ state: 'retiring', graceEndsAt: NOON }, 'rejected', 'expired'],
  [{ state: 'pending' }, 'rejected', 'pending'],
  [{ state: 'suspended' }, 'rejected', 'suspended'],
  [{ state: 'revoked' }, 'rejected', 'revoked'],
  [{ expiresAt: minutesAfter(NOON, -1) }, 'rejected', 'expired'],
])('without a probe URL the ledger’s record answers: %o is %s', async (overrides, verdict, status) => {
  const key = v3(overrides);
  for (const secret of [MATERIAL, null]) {
    const probe = await over([key]).probe(key, secret, signal);
    expect(probe).toEqual({ verdict, how: `the ledger verifies payments-prod v3 as ${status}`, at: NOON });
  }
});

test('a material that is not the key’s is not accepted because the key itself is valid', async () => {
  const probe = await over([v3()]).probe(v3(), new Secret('something-else-entirely'), signal);
  expect(probe).toMatchObject({ verdict: 'rejected', how: 'the ledger verifies payments-prod v3 as not_found' });
});

test('a probe that finds another version says so', async () => {
  const v4 = v3({ id: KeyId.parse('key-payments4'), version: 4, digest: pepper.digestOf('material-of-v4') });
  const { how } = await over([v3(), v4]).probe(v3(), new Secret('material-of-v4'), signal);
  expect(how).toContain('whose material is that of payments-prod v4');
});

test('refuses to replace a signing key in a run, because nobody is to receive it, and says what to type', async () => {
  const replaces = v3({ class: 'issuer_key', slug: 'jwt-signer' });
  await expect(over([]).create({ ...request, replaces })).rejects.toThrow('rekey keys rotate jwt-signer');
});

test('refuses to replace a JWT while no key signs', async () => {
  const refused = over([]).create({ ...request, replaces: v3({ class: 'jwt' }) });
  await expect(refused).rejects.toMatchObject({ code: 'no_signing_key' });
});

test('the admin access is there when sealing works and the ledger answers', async () => {
  expect(await over([]).probeAdmin(signal)).toMatchObject({ available: true });
});

test('the admin access is not there when the ledger does not answer, and the reason is shown', async () => {
  const broken = {
    key: () => Promise.reject(new Error('disk I/O error')),
    keyByDigest: async () => null,
    ...NOTHING_SIGNED,
  };
  const { available, how } = await over([], { ledger: broken }).probeAdmin(signal);
  expect([available, how]).toEqual([false, expect.stringContaining('disk I/O error')]);
});

test('the admin access is not there when sealed values do not come back', async () => {
  const vault = openVault({ id: 'aaaa1111', bytes: randomBytes(32) });
  const forgetful = { seal: vault.seal, open: () => new Secret('something else') };
  expect(await over([], { vault: forgetful }).probeAdmin(signal)).toMatchObject({ available: false });
});

test('a mistyped probe host is refused when Rekey starts', () => {
  expect(() => over([], { probeHosts: ['http://api.example.com'] })).toThrow(Refusal);
});

test('the catalogue has the provider under the name that keys carry', () => {
  const deps = {
    ledger: { key: async () => null, keyByDigest: async () => null, ...NOTHING_SIGNED },
    pepper,
    probeHosts: [],
    now: () => NOON,
  };
  const vault = openVault({ id: 'aaaa1111', bytes: randomBytes(32) });
  expect(providers({ ...deps, vault }).map((one) => one.name)).toEqual(['ledger']);
});

let api: CountingServer;
beforeEach(async () => {
  api = await countingServer();
});
afterEach(() => api.close());

const probed = (key: Key) => over([key], { probeHosts: [`127.0.0.1:${api.port}`] }).probe(key, MATERIAL, signal);
const withProbeUrl = () => v3({ probeUrl: `http://127.0.0.1:${api.port}/v1/ping?token=canary` });

test.each([
  [200, 'accepted'],
  [204, 'accepted'],
  [401, 'rejected'],
  [403, 'rejected'],
  [302, 'unreachable'],
  [404, 'unreachable'],
  [429, 'unreachable'],
  [500, 'unreachable'],
])('an API that answers %i to the key itself has %s it', async (status, verdict) => {
  api.answer = { status, headers: {}, body: '' };
  const probe = await probed(withProbeUrl());
  expect(probe).toEqual({ verdict, how: `GET http://127.0.0.1:${api.port}/v1/ping → ${status}`, at: NOON });
  expect(api.requests).toEqual([
    { method: 'GET', url: '/v1/ping?token=canary', authorization: `Bearer ${MATERIAL.reveal()}` },
  ]);
});

test('a key with a probe URL is not proved dead by Rekey’s own row', async () => {
  const key = { ...withProbeUrl(), state: 'revoked' as const };
  const provider = over([key], { probeHosts: [`127.0.0.1:${api.port}`] });
  expect(await provider.probe(key, null, signal)).toMatchObject({
    verdict: 'unreachable',
    how: expect.stringContaining('its material is not at hand'),
  });
});

test('an API that is down says nothing about the key', async () => {
  await api.close();
  const probe = await probed(withProbeUrl());
  expect(probe.verdict).toBe('unreachable');
  expect(probe.how).toMatch(/no answer: .*ECONNREFUSED/);
  expect(probe.how).not.toContain('canary');
  api = await countingServer();
});

test('a probe URL that nobody allowed is refused, and the key is not sent', async () => {
  const key = withProbeUrl();
  await expect(over([key]).probe(key, MATERIAL, signal)).rejects.toThrow(Refusal);
  expect(api.connections).toBe(0);
});

test('revoking needs nobody else and can be repeated', async () => {
  const provider = over([v3()]);
  await provider.revoke(v3(), signal);
  await provider.revoke(v3(), signal);
  expect(api.connections).toBe(0);
});
