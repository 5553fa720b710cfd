import { createHash } from 'node:crypto';
import { KeyId, RunId } from '../../src/domain/ids.ts';
import type { SealedSecret } from '../../src/domain/incident.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Run } from '../../src/domain/run.ts';
import { PermanentFailure } from '../../src/errors.ts';
import type { IssuedMaterial, Provider, Verdict } from '../../src/providers/contract.ts';
import { playedStepUp } from '../../src/providers/step-up.ts';
import type { Vault } from '../../src/providers/vault.ts';
import { loadClassRule } from '../../src/runbook/policy-file.ts';
import { Secret } from '../../src/secret.ts';
import type { Sink } from '../../src/sinks/contract.ts';
import type { StepContext } from '../../src/steps/contract.ts';
import { NOBODY_THERE } from '../../src/steps/outside-files.ts';
import { aKey, anIncident, aPolicy, aRun, NOON } from './builders.ts';
import { type MemoryLedger, memoryLedger } from './memory-ledger.ts';
import { noConnections } from './no-connections.ts';

/** Stands in every piece of key material here, so that a test can scan outputs and events for it. */
export const CANARY = 'canary-material';

/** The material that the caller of `payments-prod v3` has in its file. */
export const OLD_MATERIAL = `rekey_test_pay3pay3pay3pay3_${CANARY}-old`;

export const digestOf = (material: string) => createHash('sha256').update(material).digest('hex');

export interface StepWorld {
  context: StepContext;
  ledger: MemoryLedger;
  provider: MemoryProvider;
  sink: MemorySink;
  /** Moves the clock of the context. */
  at: (now: Date) => void;
  setPolicy: (policy: Policy, hash?: string) => void;
  setConnections: (open: StepContext['connection']) => void;
  setFileHash: (hash: string | null) => void;
  reports: Map<string, string>;
}

/**
 * One step's surroundings, in memory: a ledger with an expired `payments-prod v3`, its incident and its run, the provider that knows
 * the key, and the file with its material. Provider and sink do what the real ones promise; the real ones are tested elsewhere.
 */
export function aStepWorld(overrides: { key?: Partial<ReturnType<typeof aKey>>; run?: Partial<Run> } = {}): StepWorld {
  const ledger = memoryLedger();
  const key = aKey({ digest: digestOf(OLD_MATERIAL), ...overrides.key });
  const run = aRun(overrides.run);
  ledger.keys.set(key.id, key);
  ledger.runs.set(run.id, run);
  if (run.incident !== null) ledger.incidents.set(run.incident, anIncident({ id: run.incident }));
  const provider = memoryProvider();
  provider.live.add(digestOf(OLD_MATERIAL));
  const sink = memorySink();
  if (key.delivery !== null) sink.targets.set(key.delivery.target, OLD_MATERIAL);
  const reports = new Map<string, string>();
  let now = NOON;
  let policy = { policy: aPolicy(), hash: 'b'.repeat(64) };
  let connections: StepContext['connection'] = noConnections;
  let fileHash: string | null = run.runbook.hash;
  let ids = 0;
  const context: StepContext = {
    get run() {
      return ledger.runs.get(run.id) ?? run;
    },
    get incident() {
      return run.incident === null ? null : (ledger.incidents.get(run.incident) ?? null);
    },
    step: {
      id: 'step',
      token: 'run-1.step.1',
      generation: 1,
      attempt: 1,
      assignee: null,
      startedAt: NOON,
      dueAt: null,
    },
    now: () => now,
    newId: (prefix) => {
      ids += 1;
      return `${prefix}-${ids}`;
    },
    ledger: ledger.reader,
    providers: { ledger: provider },
    sinks: { file: sink },
    vault: memoryVault(),
    stepUp: playedStepUp,
    policy: async () => policy,
    classRule: (keyClass) => loadClassRule('runbooks', keyClass),
    connection: (name) => connections(name),
    outside: NOBODY_THERE,
    fileHash: () => fileHash,
    listsAhead: () => [],
    each: null,
    childRun: async (runbook, inputs) =>
      aRun({ id: RunId.parse('run-child'), runbook: { id: runbook, hash: 'e'.repeat(64), text: '' }, inputs }),
    rotation: () => Promise.reject(new Error('rotations belong on the engine: test/rotation')),
    scheduledRun: () => Promise.reject(new Error('the calendar belongs on the engine: test/engine/scheduled-runs')),
    saveReport: async (name, text) => {
      reports.set(name, text);
      return `/data/reports/${name}`;
    },
    decide: (field) => {
      throw new Error(`no condition ${field} was given to this step`);
    },
    signal: new AbortController().signal,
  };
  return {
    context,
    ledger,
    provider,
    sink,
    reports,
    at: (instant) => {
      now = instant;
    },
    setPolicy: (changed, hash = 'd'.repeat(64)) => {
      policy = { policy: changed, hash };
    },
    setConnections: (open) => {
      connections = open;
    },
    setFileHash: (hash) => {
      fileHash = hash;
    },
  };
}

export interface MemoryProvider extends Provider {
  /** Digests that are accepted now. */
  live: Set<string>;
  created: Map<string, IssuedMaterial>;
  admin: { available: boolean; how: string };
  /** Verdicts to give before the true one. */
  verdicts: Verdict[];
  requests: { scopes: string[]; expiresAt: Date; token: string }[];
}

function memoryProvider(): MemoryProvider {
  const live = new Set<string>();
  const created = new Map<string, IssuedMaterial>();
  const verdicts: Verdict[] = [];
  const requests: MemoryProvider['requests'] = [];
  const provider: MemoryProvider = {
    name: 'ledger',
    capabilities: { custody: 'rekey', overlap: true, revokeNow: true, suspend: true, enforcementDelayMs: 60_000 },
    live,
    created,
    verdicts,
    requests,
    admin: { available: true, how: 'the ledger issues its own keys' },
    probeAdmin: async () => provider.admin,
    create: async ({ token, scopes, expiresAt }) => {
      const before = created.get(token);
      if (before !== undefined) return before;
      const material = `rekey_test_${token}_${CANARY}-new-${created.size}`;
      const digest = digestOf(material);
      const issued = {
        secret: new Secret(material),
        externalRef: `ref-${token}`,
        digest,
        pepperId: 'p1',
        last4: material.slice(-4),
      };
      created.set(token, issued);
      live.add(digest);
      requests.push({ token, scopes, expiresAt });
      return issued;
    },
    probe: async (key, secret) => {
      const digest = secret === null ? key.digest : digestOf(secret.reveal());
      const verdict = verdicts.shift() ?? (digest !== null && live.has(digest) ? 'accepted' : 'rejected');
      return { verdict, how: `verify ${key.slug} v${key.version} → ${verdict}`, at: NOON };
    },
    revoke: async (key) => {
      if (key.digest !== null) live.delete(key.digest);
    },
    suspend: async (key) => {
      if (key.digest !== null) live.delete(key.digest);
    },
    reinstate: async (key) => {
      if (key.digest !== null) live.add(key.digest);
    },
    matches: (key, secret) => key.digest === digestOf(secret.reveal()),
  };
  return provider;
}

export interface MemorySink extends Sink {
  targets: Map<string, string>;
}

function memorySink(): MemorySink {
  const targets = new Map<string, string>();
  return {
    name: 'file',
    targets,
    check: async () => undefined,
    read: async (target) => {
      const text = targets.get(target);
      return text === undefined ? null : new Secret(text);
    },
    deliver: async (target, secret) => {
      targets.set(target, secret.reveal());
    },
    restore: async (target, { previous, isOurs }) => {
      const there = targets.get(target);
      if (there === undefined || !isOurs(new Secret(there))) return false;
      if (previous === null) targets.delete(target);
      else targets.set(target, previous.reveal());
      return true;
    },
  };
}

/** Keeps the material aside and puts a number into the envelope: what a test must never see leaves no other way. */
function memoryVault(): Vault {
  const kept = new Map<string, Secret>();
  return {
    seal: (secret, as): SealedSecret => {
      kept.set(as.id, secret);
      return {
        id: as.id,
        key: KeyId.parse(as.key),
        purpose: as.purpose,
        envelope: `v1.memory.${kept.size}`,
        createdAt: as.now,
        destroyedAt: null,
      };
    },
    open: (sealed) => {
      const secret = kept.get(sealed.id);
      if (secret === undefined || sealed.envelope === null)
        throw new PermanentFailure(`Secret ${sealed.id} was consumed.`);
      return secret;
    },
  };
}
