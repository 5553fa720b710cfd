import type { LedgerEvent } from '../domain/event.ts';
import { KeyId, SecretId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { newKey } from '../domain/new-key.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { loadKeyFiles } from '../providers/key-files.ts';
import { mintKey } from '../providers/key-format.ts';
import type { Pepper } from '../providers/pepper.ts';
import { openVault } from '../providers/seal.ts';
import type { Vault } from '../providers/vault.ts';
import { randomId } from '../random-id.ts';
import type { Sink } from '../sinks/contract.ts';
import { fileSink } from '../sinks/file.ts';
import type { Layout } from './layout.ts';

const DAY_MS = 24 * 3_600_000;
const SEED_MS = 30_000;
export const CALLERS_KEY = 'payments-prod';

interface Seeding {
  layout: Layout;
  ledger: Ledger;
  pepper: Pepper;
  vault: Vault;
  sink: Sink;
}

/**
 * Fills a new demo ledger: the caller's key, which expires after `lifeMs`, the API's own key, and a few others. On a used one it gives the
 * caller another key with a short life when `again` is set and no incident is open. Everything goes through the real ledger.
 */
export async function seed(layout: Layout, { lifeMs, again }: { lifeMs: number; again: boolean }): Promise<void> {
  const ledger = await openLedger({ file: `${layout.rekeyDir}/ledger.sqlite`, now: () => new Date() });
  const { masterKey, pepper } = loadKeyFiles(layout.keysDir);
  const seeding: Seeding = {
    layout,
    ledger,
    pepper,
    vault: openVault(masterKey),
    sink: fileSink({ roots: [layout.paymentsDir] }),
  };
  try {
    const before = await ledger.read.keyBySlug(CALLERS_KEY);
    if (before === null) {
      await issueOthers(seeding);
      await issueCallersKey(seeding, { before: null, lifeMs });
    } else if (again && (await ledger.read.openRunOfKey(before.id)) === null) {
      await issueCallersKey(seeding, { before, lifeMs });
    }
  } finally {
    await ledger.close();
  }
}

async function issueCallersKey(
  seeding: Seeding,
  { before, lifeMs }: { before: Key | null; lifeMs: number },
): Promise<void> {
  const { layout } = seeding;
  const replaced: LedgerEvent[] =
    before === null || before.state === 'revoked' ? [] : [{ type: 'key_revoked', key: before.id, replacedBy: null }];
  await issue(seeding, {
    slug: CALLERS_KEY,
    version: (before?.version ?? 0) + 1,
    service: 'payments-api',
    environment: 'production',
    owner: 'carol',
    escalation: 'group:security',
    scopes: ['payments:*', 'payments:read', 'payments:write'],
    lifeMs,
    file: layout.callerKeyFile,
    probeUrl: `http://127.0.0.1:${layout.ports.api}/v1/ping`,
    with: replaced,
  });
}

async function issueOthers(seeding: Seeding): Promise<void> {
  const { layout } = seeding;
  const common = { environment: 'production', escalation: 'group:security', probeUrl: null, with: [] };
  await issue(seeding, {
    ...common,
    slug: 'payments-api-verifier',
    version: 1,
    service: 'payments-api',
    owner: 'carol',
    scopes: ['keys:verify'],
    lifeMs: 60 * DAY_MS,
    file: layout.verifierKeyFile,
  });
  await issue(seeding, {
    ...common,
    slug: 'reporting-prod',
    version: 1,
    service: 'reporting',
    owner: 'bob',
    scopes: ['reports:read'],
    lifeMs: 5 * DAY_MS,
    file: `${layout.paymentsDir}/reporting.key`,
  });
  await issue(seeding, {
    ...common,
    slug: 'shipping-staging',
    version: 1,
    service: 'shipping',
    environment: 'staging',
    owner: null,
    scopes: ['labels:write'],
    lifeMs: 40 * DAY_MS,
    file: `${layout.paymentsDir}/shipping.key`,
  });
}

interface Wanted
  extends Pick<Key, 'slug' | 'version' | 'service' | 'environment' | 'owner' | 'escalation' | 'scopes' | 'probeUrl'> {
  lifeMs: number;
  file: string;
  with: LedgerEvent[];
}

async function issue({ ledger, pepper, vault, sink }: Seeding, wanted: Wanted): Promise<void> {
  const { lifeMs, file, with: also, ...facts } = wanted;
  const now = new Date();
  const minted = mintKey(facts.environment === 'production' ? 'live' : 'test');
  const id = KeyId.parse(randomId('key'));
  const key = newKey({
    ...facts,
    id,
    class: 'api_key',
    provider: 'ledger',
    externalRef: minted.publicId,
    rateLimit: 1_000,
    digest: pepper.digestOf(minted.secret.reveal()),
    pepperId: pepper.id,
    last4: minted.last4,
    delivery: { sink: 'file', target: file },
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifeMs),
  });
  const secret = vault.seal(minted.secret, { id: SecretId.parse(randomId('sec')), key: id, purpose: 'new_key', now });
  const context = { at: now, actor: 'system:demo', channel: 'demo' } as const;
  await ledger.record(context, async () => ({
    events: [
      { type: 'key_issued', key },
      { type: 'secret_sealed', secret },
    ],
    result: undefined,
  }));
  await sink.deliver(file, minted.secret, AbortSignal.timeout(SEED_MS));
  const delivered: LedgerEvent[] = [
    { type: 'secret_delivered', secret: secret.id, key: id, sink: 'file', target: file },
    { type: 'key_activated', key: id },
    { type: 'secret_destroyed', secret: secret.id },
    ...also,
  ];
  await ledger.record(context, async () => ({ events: delivered, result: undefined }));
}
