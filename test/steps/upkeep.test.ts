import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { ListedKey } from '../../src/providers/contract.ts';
import { ledgerProvider } from '../../src/providers/ledger-provider.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVerifier } from '../../src/providers/verify-cache.ts';
import { cacheClear } from '../../src/steps/cache-clear.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { keyCompareScopes } from '../../src/steps/key-compare-scopes.ts';
import { providerSync } from '../../src/steps/provider-sync.ts';
import { aStepWorld } from '../support/a-step-context.ts';
import { aKey, daysAfter, minutesAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { done, play, typesOf } from '../support/play-step.ts';

const valid = { expiresAt: daysAfter(NOON, 30) };

function other(overrides: Partial<Key>): Key {
  return aKey({ ...valid, id: KeyId.parse('key-other'), version: 4, ...overrides });
}

describe('key.compare_scopes', () => {
  async function compared(after: string[], used?: string[]) {
    const world = aStepWorld({ key: { scopes: ['payments:read', 'payments:write'] } });
    const key = other({ scopes: after });
    world.ledger.keys.set(key.id, key);
    const input = { before: keyRefOf(aKey()), after: keyRefOf(key), ...(used && { used }) };
    return done(await play(world, keyCompareScopes, input));
  }

  test('says what the other key may more and less', async () => {
    expect(await compared(['payments:read', 'refunds:*'])).toEqual({
      same: false,
      added: ['refunds:*'],
      removed: ['payments:write'],
      unused: null,
      wildcards: ['refunds:*'],
      text: 'payments-prod v4 also has refunds:*; no longer has payments:write; has wildcards: refunds:*.',
    });
  });

  test('calls nothing unused unless somebody found out what calls need', async () => {
    const same = ['payments:write', 'payments:read'];
    expect(await compared(same)).toMatchObject({ same: true, unused: null });
    expect(await compared(same, ['payments:read'])).toMatchObject({
      unused: ['payments:write'],
      text: 'payments-prod v4 has the same scopes as payments-prod v3 (payments:read, payments:write); has what no call needed: payments:write.',
    });
  });
});

describe('cache.clear', () => {
  const input = { key: keyRefOf(aKey(valid)) };

  test('asks the provider to forget the key, and says how long it may still count', async () => {
    const world = aStepWorld({ key: valid });
    const forgotten: string[] = [];
    Object.assign(world.provider, {
      clearCache: async (key: Key) => void forgotten.push(key.slug),
      enforcementDelay: async () => 1_500,
    });
    const result = await play(world, cacheClear, input);
    expect(done(result)).toEqual({ at_provider: true, delay_seconds: 2 });
    expect(forgotten).toEqual(['payments-prod']);
  });

  test('says honestly that a provider offers no way to forget, and what it then takes at worst', async () => {
    const world = aStepWorld({ key: valid });
    expect(done(await play(world, cacheClear, input))).toEqual({ at_provider: false, delay_seconds: 60 });
  });

  test('makes every verifier on the ledger look the key up anew', async () => {
    const file = aLedgerFile();
    const ledger = await anOpenLedger(file);
    const pepper = openPepper('p1', Buffer.alloc(32, 7));
    const key = aKey({ ...valid, digest: pepper.digestOf('its-material') });
    await recordEvents(ledger, [{ type: 'key_issued', key }]);
    const elsewhere = openVerifier(await anOpenLedger(file), pepper, () => NOON);
    expect(elsewhere.verify('its-material').key?.scopes).toEqual(key.scopes);
    // A change that no line of the audit tells of: only what is looked up anew shows it.
    rawLedger(file).prepare("update keys set scopes = '[]'").run();
    expect(elsewhere.verify('its-material').key?.scopes).toEqual(key.scopes);
    const world = aStepWorld({ key: valid });
    const { events } = await play(world, cacheClear, input);
    await recordEvents(ledger, events);
    expect(elsewhere.verify('its-material').key?.scopes).toEqual([]);
  });
});

describe('provider.sync', () => {
  const input = { provider: 'ledger' };

  function listing(listed: ListedKey[], key: Partial<Key> = valid) {
    const world = aStepWorld({ key });
    Object.assign(world.provider, {
      list: async function* () {
        yield* listed;
      },
    });
    return world;
  }
  const same: ListedKey = { externalRef: 'pay3pay3pay3pay3', expiresAt: valid.expiresAt, isAccepted: true };

  test('changes nothing where provider and ledger say the same', async () => {
    const result = await play(listing([same]), providerSync, input);
    expect(done(result)).toMatchObject({ seen: 1, new: 0, changed: 0, missing: 0 });
    expect(typesOf(result.events)).toEqual(['provider_synced']);
  });

  test('takes over when a key ends, for the warnings go by it', async () => {
    const world = listing([{ ...same, expiresAt: daysAfter(NOON, 3) }]);
    const result = await play(world, providerSync, input);
    expect(done(result)).toMatchObject({ seen: 1, changed: 1, differing: [] });
    expect(typesOf(result.events)).toEqual(['expiry_seen', 'provider_synced', 'evidence_captured']);
    expect(world.ledger.keys.get(aKey().id)?.expiresAt).toEqual(daysAfter(NOON, 3));
  });

  test('names what it does not decide: keys that only one of the two accepts, unknown ones, missing ones', async () => {
    const dead = await play(listing([{ ...same, isAccepted: false }]), providerSync, input);
    expect(done(dead)).toMatchObject({ changed: 1, differing: [{ slug: 'payments-prod', version: 3 }] });
    const result = await play(listing([{ ...same, externalRef: 'unheard-of' }]), providerSync, input);
    expect(done(result)).toMatchObject({
      seen: 1,
      new: 1,
      missing: 1,
      unknown: ['unheard-of'],
      lost: [{ version: 3 }],
    });
    expect(typesOf(result.events)).toEqual(['provider_synced', 'evidence_captured']);
  });

  test('never gives a dead key another end', async () => {
    const world = listing([{ ...same, expiresAt: null, isAccepted: false }], {
      ...valid,
      state: 'revoked',
      revokedAt: NOON,
    });
    expect(done(await play(world, providerSync, input))).toMatchObject({ changed: 0 });
  });

  test('fails clearly where the provider cannot be asked, and where it is not connected', async () => {
    await expect(play(aStepWorld(), providerSync, input)).rejects.toThrow('ledger cannot be asked for its keys');
    await expect(play(aStepWorld(), providerSync, { provider: 'stoa' })).rejects.toThrow('stoa is not connected');
  });

  test('of the ledger itself is a look at whether its rows still say what the clock says', async () => {
    const ledger = await anOpenLedger();
    const rows = [
      aKey(valid),
      other({ slug: 'late', externalRef: 'late', digest: 'f'.repeat(64), expiresAt: minutesAfter(NOON, -5) }),
    ];
    await recordEvents(
      ledger,
      rows.map((key) => ({ type: 'key_issued', key })),
    );
    const provider = ledgerProvider({
      ledger: ledger.read,
      pepper: openPepper('p1', Buffer.alloc(32, 7)),
      vault: aStepWorld().context.vault,
      probeHosts: [],
      now: () => NOON,
    });
    const context = Object.assign(Object.create(aStepWorld().context), {
      ledger: ledger.read,
      providers: { ledger: provider },
    });
    const result = await providerSync.perform(providerSync.with.parse(input), context);
    expect(result).toMatchObject({ outputs: { seen: 2, new: 0, changed: 0, missing: 0 } });
    expect(typesOf(result.events)).toEqual(['provider_synced']);
    const soon = await providerSync.perform(providerSync.with.parse({ ...input, expiring_within: '1d' }), context);
    expect(soon).toMatchObject({ outputs: { seen: 1 } });
  });
});
