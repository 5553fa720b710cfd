import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Actor, KeyId } from '../../../src/domain/ids.ts';
import type { Key } from '../../../src/domain/key.ts';
import type { ClassRule } from '../../../src/domain/key-class.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Origin } from '../../../src/engine/engine.ts';
import type { KeysDeps } from '../../../src/engine/keys/deps.ts';
import type { GenerateRequest, ImportRequest, KeyFacts, Keys } from '../../../src/engine/keys/keys.ts';
import { openKeys } from '../../../src/engine/keys/open-keys.ts';
import { Refusal } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { openPepper } from '../../../src/providers/pepper.ts';
import { openVault } from '../../../src/providers/seal.ts';
import { loadClassRule } from '../../../src/runbook/policy-file.ts';
import { fileSink } from '../../../src/sinks/file.ts';
import { aPolicy, HOUR, NOON } from '../../support/builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from '../../support/ledger-file.ts';

/** alice may everything on keys; the owner may revoke, suspend and change; mallory is nobody. */
export const MAY = aPolicy({
  may: {
    create: ['alice'],
    change: ['alice', 'owner'],
    suspend: ['alice', 'owner'],
    revoke: ['alice', 'owner'],
    rotate: ['alice', 'owner'],
    extend: ['alice', 'owner'],
    administer: ['alice'],
  },
});

export interface KeysWorld {
  file: string;
  ledger: Ledger;
  deps: KeysDeps;
  keys: Keys;
  /** A folder that the file sink may write into. */
  place: string;
  /** Master key and pepper in hex, for another process on the same ledger. */
  secrets: { master: string; pepper: string };
  now: () => Date;
  setNow: (at: Date) => void;
  setPolicy: (policy: Policy) => void;
  setRule: (change: Partial<ClassRule>) => void;
  /** The same ledger under deps that differ: a process with a fault in it, or one that came after it. */
  with: (deps: Partial<KeysDeps>) => Keys;
  actions: () => Promise<string[]>;
  key: (id: KeyId) => Promise<Key>;
}

/** A real ledger, vault, pepper and file sink, and the class rules that are shipped; the clock stands at noon. */
export async function aKeysWorld(file = aLedgerFile()): Promise<KeysWorld> {
  let [time, rules, rule] = [NOON, MAY, {} as Partial<ClassRule>];
  const now = () => time;
  const ledger = await anOpenLedger(file, now);
  const place = join(dirname(file), 'secrets');
  mkdirSync(place);
  const [master, pepper] = [randomBytes(32), randomBytes(32)];
  let fresh = 0;
  const deps: KeysDeps = {
    ledger,
    queue: { wake: async () => {}, alarm: async () => {} },
    policy: async () => ({ policy: rules, hash: 'b'.repeat(64) }),
    classRule: async (keyClass) => ({ ...(await loadClassRule('runbooks', keyClass)), ...rule }),
    providers: {},
    sinks: { file: fileSink({ roots: [place] }) },
    vault: openVault({ id: 'aaaa1111', bytes: master }),
    pepper: openPepper('p1', pepper),
    now,
    newId: (prefix) => {
      fresh += 1;
      return `${prefix}-${fresh}`;
    },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: () => {},
  };
  return {
    file,
    ledger,
    deps,
    keys: openKeys(deps),
    place,
    secrets: { master: master.toString('hex'), pepper: pepper.toString('hex') },
    now,
    setNow: (at) => {
      time = at;
    },
    setPolicy: (policy) => {
      rules = policy;
    },
    setRule: (change) => {
      rule = change;
    },
    with: (changed) => openKeys({ ...deps, ...changed }),
    actions: async () => (await ledger.read.audit({ limit: 1_000 })).map((line) => line.action).reverse(),
    key: async (id) => {
      const key = await ledger.read.key(id);
      if (key === null) throw new Error(`there is no key ${id}`);
      return key;
    },
  };
}

let requests = 0;

/** A fresh request of this actor. */
export function asking(actor: Actor = 'person:alice', token?: KeyId): Origin {
  requests += 1;
  const dedupe = { source: 'cli', id: `request-${requests}` };
  return { actor, channel: 'cli', dedupe, ...(token === undefined ? {} : { token }) };
}

export function facts(overrides: Partial<KeyFacts> = {}): KeyFacts {
  return {
    slug: 'payments-prod',
    class: 'api_key',
    service: 'payments',
    environment: 'production',
    owner: 'carol',
    escalation: 'group:oncall',
    runbook: 'R-KEY-EXPIRY',
    secretRef: null,
    administers: null,
    scopes: ['payments:read'],
    rateLimit: 1_000,
    delivery: null,
    probeUrl: null,
    ...overrides,
  };
}

export function generating(overrides: Partial<KeyFacts> = {}, request: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    ...asking(),
    facts: facts(overrides),
    expiresInDays: null,
    claims: null,
    recipient: 'person:carol',
    ...request,
  };
}

export function importing(overrides: Partial<KeyFacts> = {}, request: Partial<ImportRequest> = {}): ImportRequest {
  return { ...asking(), facts: facts(overrides), material: null, expiresAt: null, ...request };
}

/** Generates a key and has carol take it: from then on it is active. */
export async function anActiveKey({ keys, key }: KeysWorld, overrides: Partial<KeyFacts> = {}) {
  const made = await keys.generate(generating(overrides));
  if (made.offer === null) throw new Error('this key is handed over without an offer');
  const { secret } = await keys.take({ id: made.offer.claim.id }, { ...asking('person:carol'), how: 'terminal' });
  return { key: await key(made.key.id), secret };
}

export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => 'nothing was refused',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw error;
  return error;
}

/** The refusal, after which the ledger is as it was, but for the line that says so. */
export async function refusedWithoutTrace(
  { ledger, actions }: KeysWorld,
  work: () => Promise<unknown>,
): Promise<Refusal> {
  const before = await actions();
  const refusal = await refusalOf(work());
  expect(await actions()).toEqual([...before, 'request_refused']);
  const [line] = await ledger.read.audit({ limit: 1 });
  expect(line?.details).toContain(refusal.code);
  return refusal;
}

/** Chain and tables say the same, and nothing of these secrets stands in the file or its log. */
export async function expectWhole({ ledger, file }: KeysWorld, secrets: readonly string[] = []): Promise<void> {
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
  for (const part of [file, `${file}-wal`]) {
    const bytes = readFileSync(part);
    for (const secret of secrets) expect(bytes.includes(secret)).toBe(false);
  }
}

export const because = (key: string, actor: Actor = 'person:alice') => ({
  ...asking(actor),
  key,
  reason: 'because of a test',
});

/** payments-prod v1 in grace until `hours` from now, and v2 active. */
export async function inGrace(world: KeysWorld, hours = 24) {
  const { key: old, secret } = await anActiveKey(world);
  const replacement = {
    ...old,
    id: `${old.id}-next` as typeof old.id,
    version: 2,
    predecessor: old.id,
    digest: 'd'.repeat(64),
  };
  const graceEndsAt = new Date(NOON.getTime() + hours * HOUR);
  await recordEvents(world.ledger, [
    { type: 'key_issued', key: { ...replacement, state: 'pending', activatedAt: null } },
    { type: 'key_activated', key: replacement.id },
    { type: 'key_retired', key: old.id, graceEndsAt },
  ]);
  return { old, replacement, graceEndsAt, secret };
}
