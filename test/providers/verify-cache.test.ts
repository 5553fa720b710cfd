import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import { newKey } from '../../src/domain/new-key.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVerifier } from '../../src/providers/verify-cache.ts';
import { verdictOn } from '../../src/providers/verify-key.ts';
import { DAY, HOUR, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { runChild } from '../support/run-child.ts';

const pepper = openPepper('p1', randomBytes(32));
const later = (ms: number) => new Date(NOON.getTime() + ms);

function aLiveKey(material: string, overrides: Partial<Key> = {}): Key {
  return newKey({
    id: KeyId.parse(`key-${material}`),
    slug: material,
    class: 'api_key',
    provider: 'ledger',
    service: 'payments',
    environment: 'production',
    createdAt: NOON,
    state: 'active',
    activatedAt: NOON,
    expiresAt: later(90 * DAY),
    digest: pepper.digestOf(material),
    pepperId: pepper.id,
    scopes: ['payments:read'],
    ...overrides,
  });
}

/** A verifier over a real file, with clocks that the test moves and a count of the looks at the table. */
async function aVerifier(keys: Key[] = [aLiveKey('alpha')], file = aLedgerFile()) {
  const ledger = await anOpenLedger(file);
  await recordEvents(
    ledger,
    keys.map((key): LedgerEvent => ({ type: 'key_issued', key })),
  );
  const world = { nowMs: NOON.getTime(), ageMs: 1, reads: 0 };
  const counting = {
    lookup: {
      ...ledger.lookup,
      byDigest: (digest: string) => {
        world.reads += 1;
        return ledger.lookup.byDigest(digest);
      },
    },
  };
  const { verify } = openVerifier(counting, pepper, () => new Date(world.nowMs), { now: () => world.ageMs });
  return { file, ledger, verify, world };
}

const revoke = (ledger: Ledger, key: string) =>
  recordEvents(ledger, [{ type: 'key_revoked', key: KeyId.parse(key), replacedBy: null }]);

test('says what the ledger knows of a key, and remembers it for the next call (S2-06)', async () => {
  const { verify, world } = await aVerifier();
  for (let i = 0; i < 3; i++)
    expect(verify('alpha')).toMatchObject({
      status: 'valid',
      key: { slug: 'alpha', version: 1, service: 'payments', scopes: ['payments:read'], rateLimit: null },
    });
  expect(world.reads).toBe(1);
});

test('remembers a key for 60 seconds and no longer (S1-15)', async () => {
  const { verify, world } = await aVerifier();
  verify('alpha');
  world.ageMs += 60_000;
  verify('alpha');
  expect(world.reads).toBe(1);
  world.ageMs += 1;
  verify('alpha');
  expect(world.reads).toBe(2);
});

test('remembers 10 000 keys at most, the ones that were asked for last (S1-16)', async () => {
  const file = aLedgerFile();
  const names = Array.from({ length: 10_001 }, (_, i) => `k${i}`);
  const ledger = await anOpenLedger(file);
  for (let i = 0; i < names.length; i += 500)
    await recordEvents(
      ledger,
      names.slice(i, i + 500).map((name): LedgerEvent => ({ type: 'key_issued', key: aLiveKey(name) })),
    );
  const { verify, world } = await aVerifier([], file);
  for (const name of names) verify(name);
  expect(world.reads).toBe(10_001);
  verify('k10000');
  verify('k1');
  expect(world.reads).toBe(10_001);
  verify('k0');
  expect(world.reads).toBe(10_002);
}, 60_000);

test('a key that this process revokes is refused by the very next call (S1-17)', async () => {
  const { ledger, verify } = await aVerifier();
  expect(verify('alpha').status).toBe('valid');
  await revoke(ledger, 'key-alpha');
  expect(verify('alpha').status).toBe('revoked');
});

test('a key that another process revokes is refused by the very next call (S1-17)', async () => {
  const { file, verify, world } = await aVerifier([aLiveKey('alpha'), aLiveKey('beta')]);
  expect([verify('alpha').status, verify('beta').status]).toEqual(['valid', 'valid']);
  expect(await runChild('revoke-key', [file, 'key-alpha'])).toMatchObject({ code: 0, err: '' });
  expect(verify('alpha').status).toBe('revoked');
  expect(verify('beta').status).toBe('valid');
  // The other key was not forgotten with it.
  expect(world.reads).toBe(3);
});

test.each<[string, LedgerEvent, string]>([
  ['suspended', { type: 'key_suspended', key: KeyId.parse('key-alpha'), reason: 'looked odd' }, 'suspended'],
  ['recorded as expired', { type: 'key_expired', key: KeyId.parse('key-alpha') }, 'expired'],
  ['retired', { type: 'key_retired', key: KeyId.parse('key-alpha'), graceEndsAt: later(HOUR) }, 'retiring'],
])('a key that is %s is seen to be by the very next call', async (_how, event, status) => {
  const { ledger, verify } = await aVerifier();
  expect(verify('alpha').status).toBe('valid');
  await recordEvents(ledger, [event]);
  expect(verify('alpha').status).toBe(status);
});

test('in grace the old key is answered with its deadline, and not accepted a moment after it', async () => {
  const { ledger, verify, world } = await aVerifier();
  await recordEvents(ledger, [{ type: 'key_retired', key: KeyId.parse('key-alpha'), graceEndsAt: later(20_000) }]);
  expect(verify('alpha')).toMatchObject({ status: 'retiring', until: later(20_000).toISOString() });
  world.nowMs += 19_999;
  expect(verify('alpha').status).toBe('retiring');
  world.nowMs += 1;
  expect(verify('alpha').status).toBe('expired');
  expect(world.reads).toBe(1);
});

test('a key that was accepted a moment ago is refused from the instant of its expiry on', async () => {
  const { verify, world } = await aVerifier([aLiveKey('alpha', { expiresAt: later(30_000) })]);
  world.nowMs += 29_999;
  expect(verify('alpha').status).toBe('valid');
  world.nowMs += 1;
  expect(verify('alpha').status).toBe('expired');
  expect(world.reads).toBe(1);
});

test('a wrong key is remembered for five seconds, and not a moment after it has been issued', async () => {
  const { ledger, verify, world } = await aVerifier();
  for (let i = 0; i < 3; i++) expect(verify('nobody').status).toBe('not_found');
  expect(world.reads).toBe(1);
  world.ageMs += 5_001;
  verify('nobody');
  expect(world.reads).toBe(2);
  await recordEvents(ledger, [{ type: 'key_issued', key: aLiveKey('nobody') }]);
  expect(verify('nobody').status).toBe('valid');
});

test('somebody who tries a million wrong keys does not push the right ones out', async () => {
  const { verify, world } = await aVerifier();
  verify('alpha');
  for (let i = 0; i < 20_000; i++) verify(`guess-${i}`);
  const before = world.reads;
  verify('alpha');
  expect(world.reads).toBe(before);
});

test('a change that is only begun, and then taken back, is never seen', async () => {
  const { ledger, verify, world } = await aVerifier();
  const seen: string[] = [];
  // The second event is asked for when the first one has been applied and nothing is committed.
  function* halfWay(): Generator<LedgerEvent> {
    yield { type: 'key_revoked', key: KeyId.parse('key-alpha'), replacedBy: null };
    world.ageMs += 61_000;
    seen.push(verify('alpha').status);
    yield { type: 'key_activated', key: KeyId.parse('key-nobody') };
  }
  const events = Object.assign<LedgerEvent[], object>([], { [Symbol.iterator]: halfWay });
  const context = { at: NOON, actor: 'system:test', channel: 'engine' } as const;
  await expect(ledger.record(context, async () => ({ events, result: undefined }))).rejects.toThrow('key-nobody');
  expect([...seen, verify('alpha').status]).toEqual(['valid', 'valid']);
});

test('a verifier that slept through thousands of changes believes nothing that it remembers', async () => {
  const { ledger, verify } = await aVerifier([aLiveKey('alpha'), aLiveKey('beta')]);
  verify('alpha');
  await revoke(ledger, 'key-alpha');
  for (let i = 0; i < 3; i++)
    await recordEvents(
      ledger,
      Array.from({ length: 500 }, () => ({ type: 'request_refused', what: 'x', code: 'test', sentence: '' }) as const),
    );
  expect(verify('alpha').status).toBe('revoked');
  expect(verify('beta').status).toBe('valid');
});

test('whatever happens to keys in whatever order, the answer from memory is the answer of the ledger', async () => {
  const { ledger, verify, world } = await aVerifier([aLiveKey('a'), aLiveKey('b'), aLiveKey('c')]);
  const name = fc.constantFrom('a', 'b', 'c');
  const change = fc.constantFrom('suspend', 'reinstate', 'retire', 'revoke', 'wait', 'ask');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, change), { maxLength: 30 }), async (moves) => {
      for (const [slug, move] of moves) {
        if (move === 'wait') world.nowMs += 5_000;
        else await recordEvents(ledger, eventsOf(KeyId.parse(`key-${slug}`), move)).catch(() => {});
        const fresh = await ledger.read.keyByDigest(pepper.digestOf(slug));
        const { key, ...verdict } = verify(slug);
        expect(verdict).toEqual(verdictOn(fresh, new Date(world.nowMs)));
        expect(key?.id).toBe(fresh?.id);
      }
    }),
    { numRuns: 30 },
  );
}, 60_000);

function eventsOf(key: KeyId, move: 'suspend' | 'reinstate' | 'retire' | 'revoke' | 'ask'): LedgerEvent[] {
  switch (move) {
    case 'suspend':
      return [{ type: 'key_suspended', key, reason: '' }];
    case 'reinstate':
      return [{ type: 'key_reinstated', key, to: 'active', reason: '' }];
    case 'retire':
      return [{ type: 'key_retired', key, graceEndsAt: later(12_000) }];
    case 'revoke':
      return [{ type: 'key_revoked', key, replacedBy: null }];
    case 'ask':
      return [];
  }
}

test('the look-up reads one row along the index of digests', async () => {
  const { file } = await aVerifier();
  const plan = rawLedger(file).prepare('explain query plan select id from keys where digest = ?').all('x');
  expect(JSON.stringify(plan)).toContain('keys_digest_once');
});
