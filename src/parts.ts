import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { type Deliveries, openDeliveries } from './engine/deliveries/deliveries.ts';
import type { SenderDeps } from './engine/deliveries/send-due.ts';
import { openWays } from './engine/deliveries/ways.ts';
import type { EngineDeps } from './engine/deps.ts';
import { type Digests, openDigests } from './engine/digests/digests.ts';
import { faultPoints } from './engine/fault-points.ts';
import { type FollowUps, openFollowUps } from './engine/follow-ups/follow-ups.ts';
import type { Incidents } from './engine/incidents/incidents.ts';
import { openIncidents } from './engine/incidents/open-incidents.ts';
import type { Keys } from './engine/keys/keys.ts';
import { openKeys } from './engine/keys/open-keys.ts';
import { proveVault } from './engine/keys/prove-vault.ts';
import { openEngine } from './engine/open-engine.ts';
import { leaseOwner } from './engine/owner.ts';
import { openPeers, type Peers } from './engine/peers/peers.ts';
import { planRunbook } from './engine/plan/plan-runbook.ts';
import type { Queue } from './engine/queue.ts';
import { openRotations } from './engine/rotations/open-rotations.ts';
import type { Rotations } from './engine/rotations/rotations.ts';
import { agreedIn } from './engine/runbooks/agreed.ts';
import { runRunbook } from './engine/runbooks/run-runbook.ts';
import { openSecondFactors, type SecondFactors } from './engine/second-factor/second-factors.ts';
import { openStepUp } from './engine/second-factor/step-up.ts';
import { Refusal } from './errors.ts';
import { type Ledger, openLedger } from './ledger/ledger.ts';
import type { Log } from './log.ts';
import { openConnections } from './providers/connections.ts';
import { providers } from './providers/index.ts';
import { type KeyFiles, loadKeys } from './providers/key-files.ts';
import { openVault } from './providers/seal.ts';
import { randomId } from './random-id.ts';
import { loadConnections, loadOutside } from './runbook/connections-file.ts';
import { loadTemplate } from './runbook/notices/load-templates.ts';
import { loadClassRule, loadKeyClasses, loadPolicy } from './runbook/policy-file.ts';
import { openRunbookSet, type RunbookSet } from './runbook/runbook-set.ts';
import { sinks } from './sinks/index.ts';
import { stepKinds } from './steps/index.ts';

export type OnStop = (stop: () => void | Promise<void>) => void;

type AlarmClock = Pick<Queue, 'wake' | 'alarm'>;

/** What `serve` and the commands that change something stand on. */
export interface Parts<Clock extends AlarmClock> {
  deps: EngineDeps;
  queue: Clock;
  keyFiles: KeyFiles;
  runbooks: RunbookSet;
  engine: ReturnType<typeof openEngine>;
  keys: Keys;
  rotations: Rotations;
  peers: Peers;
  secondFactors: SecondFactors;
  digests: Digests;
  followUps: FollowUps;
  incidents: Incidents;
  deliveries: Deliveries;
  /** What sends notices out by their rows. */
  sender: SenderDeps;
}

/** Configuration → ledger → queue → engine. Throws a Refusal that says what to mend; `onStop` gets what has to be closed, in order. */
export async function openParts<Clock extends AlarmClock>(
  config: Config,
  { log, onStop, openQueue, now }: { log: Log; onStop: OnStop; openQueue: () => Promise<Clock>; now: () => Date },
): Promise<Parts<Clock>> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const keyFiles = await loadKeys({ dir: config.keysDir, command: config.masterKeyCommand });
  const policy = () => loadPolicy(config.runbooksDir);
  await Promise.all([policy(), loadKeyClasses(config.runbooksDir)]);
  const ledger = await openLedger({ file: config.ledgerFile, now });
  onStop(ledger.close);
  await assertWhole(ledger, config.ledgerFile);
  const runbooks = await openRunbookSet(config.runbooksDir, stepKinds, () => agreedIn(ledger.read));
  const queue = await openQueue();
  const { pepper } = keyFiles;
  const vault = openVault(keyFiles.masterKeys);
  await proveVault({ ledger, vault, pepper, now });
  const deps: EngineDeps = {
    ledger,
    queue,
    runbooks,
    policy,
    classRule: (keyClass) => loadClassRule(config.runbooksDir, keyClass),
    connections: openConnections({
      specs: () => loadConnections(config.runbooksDir),
      keysDir: config.keysDir,
      allow: config.probeHosts,
      now,
    }),
    outside: {
      specs: () => loadOutside(config.runbooksDir),
      template: (name) => loadTemplate(config.runbooksDir, name),
    },
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: byName(providers({ ledger: ledger.read, pepper, vault, probeHosts: config.probeHosts, now })),
    sinks: byName(sinks({ fileRoots: config.fileSinkRoots })),
    vault,
    stepUp: openStepUp({ ledger, vault, pepper, newId: randomId }),
    now,
    newId: randomId,
    saveReport: (name, text) => saveReport(config.dataDir, name, text),
    log,
    faultPoint: faultPoints(config.faultAt),
    owner: leaseOwner(),
  };
  return {
    deps,
    queue,
    keyFiles,
    runbooks,
    engine: openEngine(deps),
    keys: openKeys({ ...deps, pepper }),
    rotations: openRotations(deps),
    peers: openPeers(deps),
    secondFactors: openSecondFactors({ ...deps, pepper }),
    digests: openDigests(deps),
    followUps: openFollowUps(deps),
    incidents: openIncidents({ ...deps, pepper }),
    deliveries: openDeliveries({
      ...deps,
      run: (request) => runRunbook({ ...deps, runbooks }, request),
      plan: (request) => planRunbook({ ...deps, runbooks }, request),
    }),
    sender: {
      ...deps,
      sendOut: openWays({ keysDir: config.keysDir, allow: config.probeHosts, now }),
      chance: Math.random,
    },
  };
}

/** A bot that cannot show what happened before must not add to it. */
async function assertWhole(ledger: Ledger, file: string): Promise<void> {
  const verdict = await ledger.verifyTail();
  if (verdict.whole) return;
  throw new Refusal(
    'audit_broken',
    `The audit in ${file} is not whole: ${verdict.why}. Keep the file as it is for whoever looks into it, and restore the last backup.`,
  );
}

function byName<T extends { name: string }>(parts: readonly T[]): Record<string, T> {
  return Object.fromEntries(parts.map((part) => [part.name, part]));
}

async function saveReport(dataDir: string, name: string, text: string): Promise<string> {
  const folder = join(dataDir, 'reports');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name.replace(/[^A-Za-z0-9._-]/g, '_'));
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
