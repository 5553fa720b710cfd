import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Config } from '../../config.ts';
import { KeyId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { EngineDeps } from '../../engine/deps.ts';
import { openEngine } from '../../engine/open-engine.ts';
import { leaseOwner } from '../../engine/owner.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { providers } from '../../providers/index.ts';
import { createKeyFiles, loadKeyFiles } from '../../providers/key-files.ts';
import { mintKey } from '../../providers/key-format.ts';
import { openVault } from '../../providers/seal.ts';
import { randomId } from '../../random-id.ts';
import { loadClassRule, loadPolicy } from '../../runbook/policy-file.ts';
import { openRunbookSet } from '../../runbook/runbook-set.ts';
import type { Secret } from '../../secret.ts';
import type { Sink } from '../../sinks/contract.ts';
import { stepKinds } from '../../steps/index.ts';

const HOUR_MS = 3_600_000;
const SLUG = 'doctor-scratch';

export interface Scratch {
  engine: ReturnType<typeof openEngine>;
  ledger: Ledger;
  key: Key;
}

/**
 * The real engine with this configuration's runbooks and policy, over a ledger, key files and a key of its own in a temporary folder that is
 * gone afterwards. The key is delivered into this process's memory and is tried against that ledger: nothing outside can be touched.
 */
export async function withScratchEngine<T>(
  config: Config,
  owner: string | null,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-doctor-'));
  try {
    const ledger = await openLedger({ file: join(folder, 'ledger.sqlite'), now: () => new Date() });
    try {
      const { deps, key } = await furnished(config, { folder, ledger, owner });
      return await work({ engine: openEngine(deps), ledger, key });
    } finally {
      await ledger.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Room {
  folder: string;
  ledger: Ledger;
  owner: string | null;
}

async function furnished(config: Config, { folder, ledger, owner }: Room): Promise<{ deps: EngineDeps; key: Key }> {
  const keysDir = join(folder, 'keys');
  createKeyFiles(keysDir);
  const { masterKey, pepper } = loadKeyFiles(keysDir);
  const vault = openVault(masterKey);
  const now = () => new Date();
  const minted = mintKey('test');
  const key = scratchKey({
    owner,
    publicId: minted.publicId,
    last4: minted.last4,
    pepperId: pepper.id,
    digest: pepper.digestOf(minted.secret.reveal()),
  });
  await ledger.record({ at: now(), actor: 'system:doctor', channel: 'cli' }, async () => ({
    events: [
      { type: 'key_issued', key },
      { type: 'key_activated', key: key.id },
    ],
    result: undefined,
  }));
  const provider = providers({ ledger: ledger.read, pepper, vault, probeHosts: [], now });
  const deps: EngineDeps = {
    ledger,
    // Advanced by hand: no job may be left in a queue.
    queue: { wake: async () => {}, alarm: async () => {} },
    runbooks: await openRunbookSet(config.runbooksDir, stepKinds),
    policy: () => loadPolicy(config.runbooksDir),
    classRule: (keyClass) => loadClassRule(config.runbooksDir, keyClass),
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: Object.fromEntries(provider.map((one) => [one.name, one])),
    sinks: { memory: memorySink(new Map([[SLUG, minted.secret]])) },
    vault,
    now,
    newId: randomId,
    saveReport: (name, text) => saveIn(folder, name, text),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: () => {},
    owner: leaseOwner(),
  };
  return { deps, key };
}

function scratchKey(of: {
  owner: string | null;
  publicId: string;
  last4: string;
  pepperId: string;
  digest: string;
}): Key {
  const { owner, publicId: externalRef, last4, pepperId, digest } = of;
  const now = new Date();
  return {
    id: KeyId.parse(randomId('key')),
    slug: SLUG,
    version: 1,
    class: 'api_key',
    provider: 'ledger',
    externalRef,
    service: 'doctor',
    environment: 'scratch',
    owner,
    escalation: owner,
    scopes: ['doctor:check'],
    rateLimit: null,
    digest,
    pepperId,
    last4,
    predecessor: null,
    delivery: { sink: 'memory', target: SLUG },
    probeUrl: null,
    state: 'pending',
    createdAt: now,
    activatedAt: null,
    expiresAt: new Date(now.getTime() - HOUR_MS),
    quarantinedAt: null,
    compromisedAt: null,
    revokedAt: null,
    provedLiveAt: null,
    provedDeadAt: null,
    rowVersion: 1,
  };
}

function memorySink(held: Map<string, Secret>): Sink {
  return {
    name: 'memory',
    check: async () => {},
    read: async (target) => held.get(target) ?? null,
    deliver: async (target, secret) => {
      held.set(target, secret);
    },
    restore: async (target, previous) => {
      if (previous === null) held.delete(target);
      else held.set(target, previous);
    },
  };
}

async function saveIn(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, basename(name));
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
