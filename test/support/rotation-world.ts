import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { KeyId, RotationId, RunId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import type { JsonObject, Run } from '../../src/domain/run.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { FaultPoint } from '../../src/engine/fault-points.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { providers } from '../../src/providers/index.ts';
import { mintKey } from '../../src/providers/key-format.ts';
import { openPepper } from '../../src/providers/pepper.ts';
import { openVault } from '../../src/providers/seal.ts';
import { nobodyEnrolled } from '../../src/providers/step-up.ts';
import { isUsable, type KeyStatus, verdictOn } from '../../src/providers/verify-key.ts';
import { loadClassRule, loadPolicy } from '../../src/runbook/policy-file.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { sinks } from '../../src/sinks/index.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { NOBODY_THERE } from '../../src/steps/outside-files.ts';
import { aKey, anIncident, aRotation, daysAfter, MINUTE, NOON } from './builders.ts';
import { SOMEBODY } from './engine-world.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from './ledger-file.ts';
import { type MortalLedger, mortalLedger } from './mortal-ledger.ts';
import { noConnections } from './no-connections.ts';
import { type SettlingQueue, settlingQueue } from './settling-queue.ts';

const RUNBOOKS = join(import.meta.dirname, '..', '..', 'runbooks');

/** What outlives the processes of one test: the ledger's file, the caller's file, the clock, the master key and the pepper. */
export interface RotationWorld {
  /** The ledger's own file. */
  file: string;
  /** What the caller reads at its place now; null when nothing is there. */
  atItsPlace: () => string | null;
  oldMaterial: string;
  now: () => Date;
  pass: (ms: number) => Date;
  open: (options?: { owner?: string; faultPoint?: FaultPoint }) => Promise<RotationProcess>;
}

/** One Rekey process with the real runbooks, policy, provider, vault, sink and ledger. Only the clock is the test's. */
export interface RotationProcess {
  deps: EngineDeps;
  engine: Engine & { advance: (run: string) => Promise<void> };
  queue: SettlingQueue;
  ledger: Ledger;
  mortal: MortalLedger;
  /** Starts R-ROTATE for the caller's key, as a request for it does, and everything that follows at once. */
  begin: (inputs?: JsonObject) => Promise<RunId>;
  run: (id: RunId) => Promise<Run>;
  states: (id: RunId) => Promise<Record<string, string>>;
  /** This version of the caller's key, as it is now. */
  key: (version: number) => Promise<Key>;
  rotation: (id: RunId) => Promise<Rotation>;
  /** Advances, passing time as the run asks for it, until it has ended, waits for people, or `until` holds. */
  play: (id: RunId, until?: (run: Run) => boolean) => Promise<Run>;
  /** What whoever shows this material is told now. */
  verify: (material: string) => Promise<KeyStatus>;
  calls: (version: number, caller: string, calls: { accepted?: number; rejected?: number }) => Promise<void>;
  actions: (id: RunId) => Promise<string[]>;
}

export const waitsIn =
  (step: string) =>
  (run: Run): boolean =>
    run.steps[step]?.state === 'waiting';

let fresh = 0;
const newId = (prefix: string) => {
  fresh += 1;
  return `${prefix}-${fresh}`;
};

/** `ownRunbooks`: by file name, beside the shipped ones. */
export async function aRotationWorld(
  overrides: Partial<Key> = {},
  ownRunbooks: Readonly<Record<string, string>> = {},
): Promise<RotationWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-rotation-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = join(folder, 'payments.key');
  const [pepper, vault] = [openPepper('p1', randomBytes(32)), openVault({ id: 'aaaa1111', bytes: randomBytes(32) })];
  const { secret, publicId, last4 } = mintKey('live');
  const oldMaterial = secret.reveal();
  writeFileSync(place, `${oldMaterial}\n`, { mode: 0o600 });
  const old = aKey({
    digest: pepper.digestOf(oldMaterial),
    externalRef: publicId,
    last4,
    expiresAt: daysAfter(NOON, 60),
    delivery: { sink: 'file', target: place },
    ...overrides,
  });
  const file = aLedgerFile();
  const seed = await anOpenLedger(file);
  await recordEvents(seed, [{ type: 'key_issued', key: old }]);
  await seed.close();
  const runbooks = await openRunbookSet(runbooksWith(ownRunbooks), stepKinds);
  let now = NOON;
  return {
    file,
    oldMaterial,
    atItsPlace: () => readOrNull(place),
    now: () => now,
    pass: (ms) => {
      now = new Date(now.getTime() + ms);
      return now;
    },
    open: async ({ owner = SOMEBODY, faultPoint = () => {} } = {}) => {
      const ledger = await anOpenLedger(file, () => now);
      const mortal = mortalLedger(ledger);
      const queue = settlingQueue();
      const deps: EngineDeps = {
        ledger: mortal.ledger,
        queue,
        runbooks,
        policy: () => loadPolicy(RUNBOOKS),
        classRule: (keyClass) => loadClassRule(RUNBOOKS, keyClass),
        connections: noConnections,
        outside: NOBODY_THERE,
        stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
        providers: byName(providers({ ledger: mortal.ledger.read, pepper, vault, probeHosts: [], now: () => now })),
        sinks: byName(sinks({ fileRoots: [folder] })),
        vault,
        stepUp: nobodyEnrolled,
        now: () => now,
        newId,
        saveReport: async (name) => name,
        log: { info: () => {}, warn: () => {}, error: () => {} },
        faultPoint,
        owner,
      };
      const engine = openEngine(deps);
      queue.work(engine.advance);
      onTestFinished(() => queue.settle());
      const parts = { deps, engine, queue, ledger, mortal };
      const verify = async (material: string) =>
        verdictOn(await ledger.read.keyByDigest(pepper.digestOf(material)), now).status;
      return {
        ...parts,
        ...driving(parts, old),
        verify,
        play: playing(parts, {
          now: () => now,
          pass: (to) => {
            now = to;
          },
        }),
      };
    },
  };
}

function runbooksWith(own: Readonly<Record<string, string>>): string {
  if (Object.keys(own).length === 0) return RUNBOOKS;
  const folder = mkdtempSync(join(tmpdir(), 'rekey-runbooks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(RUNBOOKS, folder, { recursive: true });
  for (const [name, text] of Object.entries(own)) writeFileSync(join(folder, name), text);
  return folder;
}

type Parts = Pick<RotationProcess, 'deps' | 'engine' | 'queue' | 'ledger' | 'mortal'>;

function driving(
  { deps, queue, ledger }: Parts,
  old: Key,
): Pick<RotationProcess, 'begin' | 'run' | 'states' | 'key' | 'rotation' | 'calls' | 'actions'> {
  const run = (id: RunId) => runOf(ledger, id);
  const key = async (version: number) => {
    const found = (await ledger.read.versionsOf(old.slug)).find((one) => one.version === version);
    if (found === undefined) throw new Error(`there is no version ${version}`);
    return found;
  };
  return {
    run,
    key,
    begin: async (inputs = {}) => {
      const id = RunId.parse(newId('run'));
      await recordEvents(ledger, beginning(deps, old, { id, inputs }), { at: deps.now(), actor: 'person:alice' });
      await deps.queue.wake(id);
      await queue.settle();
      return id;
    },
    states: async (id) =>
      Object.fromEntries(Object.values((await run(id)).steps).map((record) => [record.step, record.state])),
    rotation: async (id) => {
      const found = await ledger.read.rotationOfRun(id);
      if (found === null) throw new Error(`there is no rotation of ${id}`);
      return found;
    },
    calls: async (version, caller, { accepted = 0, rejected = 0 }) => {
      await ledger.countUsage([{ key: (await key(version)).id, caller, at: deps.now(), accepted, rejected }]);
    },
    actions: async (id) => (await ledger.read.audit({ run: id, limit: 500 })).map((line) => line.action).reverse(),
  };
}

/** What a request for a rotation records: planned ones belong to no incident. */
function beginning(deps: EngineDeps, old: Key, { id, inputs }: { id: RunId; inputs: JsonObject }): LedgerEvent[] {
  const runbook = deps.runbooks.current('R-ROTATE');
  if (runbook === null) throw new Error('R-ROTATE is not loaded');
  const given = deps.runbooks.checkInputs('R-ROTATE', { key: keyRefOf(old), approvals: 0, ...inputs });
  const mode = given.mode as Rotation['mode'];
  const at = deps.now();
  const incident = anIncident({ id: `inc-${id}` as never, key: old.id, startedAt: at, reportedAt: at });
  const rotation = aRotation({
    id: RotationId.parse(newId('rot')),
    key: KeyId.parse(old.id),
    slug: old.slug,
    mode,
    graceMs: mode === 'exploited' ? 0 : Number(given.grace_minutes) * MINUTE,
    approvals: Number(given.approvals),
    createdAt: at,
    scheduledAt: at,
  });
  const run: Run = {
    id,
    incident: mode === 'planned' ? null : incident.id,
    parent: null,
    runbook,
    inputs: given,
    key: old.id,
    requestedBy: 'person:alice',
    reason: 'older than 90 days',
    startedAt: at,
    finishedAt: null,
    outcome: null,
    cancelRequestedAt: null,
    paused: null,
    openRuns: 'one_per_key',
    overdueAt: null,
    stoppedAt: null,
    deadlinesFrom: null,
    steps: {},
  };
  return [
    ...(mode === 'planned' ? [] : [{ type: 'incident_opened', incident } as const]),
    { type: 'rotation_requested', rotation },
    { type: 'rotation_started', rotation: rotation.id, run: id },
    { type: 'run_started', run },
  ];
}

function playing(
  { engine, ledger }: Parts,
  clock: { now: () => Date; pass: (to: Date) => void },
): RotationProcess['play'] {
  return async (id, until = () => false) => {
    for (;;) {
      await engine.advance(id);
      const run = await runOf(ledger, id);
      if (run.finishedAt !== null || until(run)) return run;
      const [next] = Object.values(run.steps)
        .flatMap((step) => (step.state === 'waiting' && step.waiting.until !== null ? [step.waiting.until] : []))
        .sort((a, b) => a.getTime() - b.getTime());
      if (next === undefined) return run;
      if (next > clock.now()) clock.pass(next);
    }
  };
}

async function runOf(ledger: Ledger, id: RunId): Promise<Run> {
  const found = await ledger.read.run(id);
  if (found === null) throw new Error(`there is no run ${id}`);
  return found;
}

function byName<T extends { name: string }>(parts: readonly T[]): Record<string, T> {
  return Object.fromEntries(parts.map((part) => [part.name, part]));
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Ids of the sealed secrets that still hold something. */
export async function sealedLeft({ ledger }: RotationProcess): Promise<string[]> {
  return (await ledger.read.sealedSecrets('', 100)).map(({ purpose, key }) => `${purpose} of ${key}`);
}

/** Versions that somebody is let in with now. */
export async function usable(world: RotationWorld, { ledger }: RotationProcess): Promise<number[]> {
  const versions = await ledger.read.versionsOf('payments-prod');
  return versions.filter((key) => isUsable(verdictOn(key, world.now()))).map(({ version }) => version);
}
