import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Config } from '../../config.ts';
import type { Key } from '../../domain/key.ts';
import type { EngineDeps } from '../../engine/deps.ts';
import { openEngine } from '../../engine/open-engine.ts';
import { leaseOwner } from '../../engine/owner.ts';
import { EMERGENCY_RUNBOOK, LEAK_RUNBOOK } from '../../engine/start.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { openConnections } from '../../providers/connections.ts';
import { createKeyFiles, loadKeyFiles } from '../../providers/key-files.ts';
import { ledgerProvider } from '../../providers/ledger-provider.ts';
import { openVault } from '../../providers/seal.ts';
import { playedStepUp } from '../../providers/step-up.ts';
import { randomId } from '../../random-id.ts';
import { loadClassRule, loadPolicy } from '../../runbook/policy-file.ts';
import { openRunbookSet } from '../../runbook/runbook-set.ts';
import { stepKinds } from '../../steps/index.ts';
import { NOBODY_THERE } from '../../steps/outside-files.ts';
import { aScratchKey, memorySink, namesFor } from './scratch-key.ts';

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
  const runbooks = await openRunbookSet(config.runbooksDir, stepKinds);
  const names = namesFor(runbooks.all().get(EMERGENCY_RUNBOOK));
  const { key, secret } = aScratchKey(names, { owner, pepper });
  await ledger.record({ at: now(), actor: 'system:doctor', channel: 'cli' }, async () => ({
    events: [{ type: 'key_issued', key }],
    result: undefined,
  }));
  const held = new Map(key.delivery === null ? [] : [[key.delivery.target, secret] as const]);
  const deps: EngineDeps = {
    ledger,
    // Advanced by hand: no job may be left in a queue.
    queue: { wake: async () => {}, alarm: async () => {} },
    // What is played is the emergency runbook, although the scratch key has not expired: the one for leaks asks people first.
    runbooks: { ...runbooks, takes: (id, input) => id !== LEAK_RUNBOOK && runbooks.takes(id, input) },
    policy: () => loadPolicy(config.runbooksDir),
    classRule: (keyClass) => loadClassRule(config.runbooksDir, keyClass),
    // What it tries out must not reach beyond its own scratch places.
    connections: openConnections({ specs: async () => ({}), keysDir: folder, allow: [], now }),
    outside: NOBODY_THERE,
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: { [names.provider]: ledgerProvider({ ledger: ledger.read, pepper, vault, probeHosts: [], now }) },
    sinks: names.sink === null ? {} : { [names.sink]: memorySink(names.sink, held) },
    vault,
    stepUp: playedStepUp,
    now,
    newId: randomId,
    saveReport: (name, text) => saveIn(folder, name, text),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: () => {},
    owner: leaseOwner(),
  };
  return { deps, key };
}

async function saveIn(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, basename(name));
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
