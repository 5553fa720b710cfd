import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { qrModules } from '../../src/cli/second-factor/qr.ts';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { EngineDeps } from '../../src/engine/deps.ts';
import { openKeys } from '../../src/engine/keys/open-keys.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { openRotations } from '../../src/engine/rotations/open-rotations.ts';
import { openSecondFactors } from '../../src/engine/second-factor/second-factors.ts';
import { apiDeps } from '../../src/http/api/api-deps.ts';
import { LIMITS, type LimitFigures } from '../../src/http/api/limits.ts';
import { type AppDeps, httpApp, startHttp } from '../../src/http/start-http.ts';
import { countUsage, type UsageCounter } from '../../src/http/usage-counter.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { providers } from '../../src/providers/index.ts';
import { createKeyFiles, loadKeyFiles } from '../../src/providers/key-files.ts';
import { mintKey } from '../../src/providers/key-format.ts';
import { openVault } from '../../src/providers/seal.ts';
import { nobodyEnrolled } from '../../src/providers/step-up.ts';
import { signatureOf } from '../../src/providers/webhook-signature.ts';
import { randomId } from '../../src/random-id.ts';
import { loadClassRule, loadPolicy } from '../../src/runbook/policy-file.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { Secret } from '../../src/secret.ts';
import { sinks } from '../../src/sinks/index.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { NOBODY_THERE } from '../../src/steps/outside-files.ts';
import { hookSecret } from '../../src/triggers/hook-secrets.ts';
import { aKey, daysAfter, NOON } from './builders.ts';
import { aLedgerFile, anOpenLedger, recordEvents } from './ledger-file.ts';
import { noConnections } from './no-connections.ts';

export const HOOK = 'payments-api';
export const HOOK_SECRET = 'hook-secret-of-the-payments-api-0123456789';
export const ALERT = { alert: 'key_expired_blocked', key: 'payments-prod', count: 5, window_minutes: 10 };
const RUNBOOKS = fileURLToPath(new URL('../../runbooks', import.meta.url));

export interface HttpWorld {
  url: string;
  /** The same application without the wire. */
  app: ReturnType<typeof httpApp>;
  /** What both are made of. */
  parts: AppDeps;
  /** The same with other means: a part that fails. */
  appWith: (api: Partial<AppDeps['api']>) => ReturnType<typeof httpApp>;
  ledger: Ledger;
  /** Where the file sink may write. */
  placesDir: string;
  /** Lets everything that is due go on. */
  advance: () => Promise<void>;
  ledgerFile: string;
  keysDir: string;
  /** A copy of the product's runbooks and policy, which a test may edit. */
  runbooksDir: string;
  usage: UsageCounter;
  /** What went to the log, with the ids that callers were given. */
  reported: { error: unknown; id: string }[];
  setNow: (now: Date) => void;
  /** Takes no more requests. */
  stop: () => Promise<void>;
  /** Puts a key of this slug into the ledger and returns its material. */
  issue: (overrides?: Partial<Key>) => Promise<{ key: Key; material: string }>;
}

/** The HTTP surface over a real ledger, runbooks, policy and engine, with a clock that stands at noon. No queue: runs go on when asked to. */
export async function anHttpWorld(
  notReady: () => Promise<Record<string, string>> = async () => ({}),
  limits: LimitFigures = LIMITS,
): Promise<HttpWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-http-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const runbooksDir = join(folder, 'runbooks');
  cpSync(RUNBOOKS, runbooksDir, { recursive: true });
  const keysDir = join(folder, 'keys');
  const placesDir = join(folder, 'places');
  mkdirSync(placesDir);
  createKeyFiles(keysDir);
  aHookSecret(keysDir, HOOK, HOOK_SECRET);
  let time = NOON;
  const now = () => time;
  const ledgerFile = aLedgerFile();
  const ledger = await anOpenLedger(ledgerFile, now);
  const keyFiles = loadKeyFiles(keysDir);
  const vault = openVault(keyFiles.masterKeys);
  const [provider] = providers({ ledger: ledger.read, pepper: keyFiles.pepper, vault, probeHosts: [], now });
  if (provider === undefined) throw new Error('there is no ledger provider');
  const deps: EngineDeps = {
    ledger,
    queue: { wake: async () => {}, alarm: async () => {} },
    runbooks: await openRunbookSet(runbooksDir, stepKinds),
    policy: () => loadPolicy(runbooksDir),
    classRule: (keyClass) => loadClassRule(runbooksDir, keyClass),
    connections: noConnections,
    outside: NOBODY_THERE,
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
    providers: { [provider.name]: provider },
    sinks: Object.fromEntries(sinks({ fileRoots: [placesDir] }).map((sink) => [sink.name, sink])),
    vault,
    stepUp: nobodyEnrolled,
    now,
    newId: randomId,
    saveReport: async (name) => name,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    faultPoint: () => {},
    owner: 'test:1:http',
  };
  const reported: HttpWorld['reported'] = [];
  const report = (error: unknown, id: string) => void reported.push({ error, id });
  const usage = countUsage(ledger, now, (error) => report(error, 'usage'));
  onTestFinished(usage.stop);
  const { pepper } = keyFiles;
  const engine = openEngine(deps);
  const [keys, rotations] = [openKeys({ ...deps, pepper }), openRotations(deps)];
  const http = {
    hooks: {
      engine,
      deliveries: { bounced: async () => false },
      secretOf: (name: string) => hookSecret(keysDir, name),
      now,
    },
    api: apiDeps({ deps, engine, keys, rotations, pepper, usage, limits }),
    secondFactor: { secondFactors: openSecondFactors({ ...deps, pepper }), qrOf: qrModules },
    notReady,
    onError: report,
  };
  const server = await startHttp({ ...http, host: '127.0.0.1', port: 0 });
  onTestFinished(server.stop);
  const issue: HttpWorld['issue'] = async (overrides = {}) => {
    const { secret, publicId, last4 } = mintKey('live');
    const id = KeyId.parse(randomId('key'));
    const digest = keyFiles.pepper.digestOf(secret.reveal());
    const minted = {
      id,
      externalRef: publicId,
      last4,
      digest,
      pepperId: keyFiles.pepper.id,
      expiresAt: daysAfter(NOON, 30),
    };
    const key = aKey({ ...minted, ...overrides });
    await recordEvents(ledger, [{ type: 'key_issued', key }]);
    return { key, material: secret.reveal() };
  };
  const setNow = (next: Date) => {
    time = next;
  };
  const advance = async () => {
    for (const run of await ledger.leases.due(now(), () => true)) await engine.advance(run);
  };
  return {
    url: server.url,
    stop: server.stop,
    app: httpApp(http),
    parts: http,
    appWith: (other) => httpApp({ ...http, api: { ...http.api, ...other } }),
    placesDir,
    advance,
    ledger,
    ledgerFile,
    keysDir,
    runbooksDir,
    usage,
    reported,
    setNow,
    issue,
  };
}

export function aHookSecret(keysDir: string, name: string, text: string): string {
  mkdirSync(join(keysDir, 'hooks'), { recursive: true, mode: 0o700 });
  const file = join(keysDir, 'hooks', name);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}

/** One for each hook of the policy in this folder, as an installation needs before it is ready. */
export async function aSecretForEachHook(
  { keysDir, runbooksDir }: { keysDir: string; runbooksDir: string },
  text: string,
): Promise<string[]> {
  const names = Object.keys((await loadPolicy(runbooksDir)).policy.hooks);
  for (const name of names) aHookSecret(keysDir, name, text);
  return names;
}

export interface SignedAlert {
  timestamp: string;
  signature: string;
  body: Uint8Array;
}

/** An alert as the payments API would sign it at `at`. */
export function aSignedAlert(body: object = ALERT, at: Date = NOON): SignedAlert {
  const timestamp = String(at.getTime() / 1_000);
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { timestamp, signature: signatureOf(new Secret(HOOK_SECRET), timestamp, bytes), body: bytes };
}

export function send(
  world: Pick<HttpWorld, 'url'>,
  { timestamp, signature, body }: SignedAlert,
  hook = HOOK,
): Promise<Response> {
  return fetch(`${world.url}/hooks/${hook}`, {
    method: 'POST',
    headers: { 'x-rekey-timestamp': timestamp, 'x-rekey-signature': signature, 'content-type': 'application/json' },
    body: new Uint8Array(body),
  });
}
