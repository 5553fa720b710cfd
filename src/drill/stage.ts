import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAlarm } from '../demo/alarm.ts';
import { type Layout, openLayout } from '../demo/layout.ts';
import { sendAlert } from '../demo/send-alert.ts';
import { openVerifier } from '../demo/verifier.ts';
import type { Key } from '../domain/key.ts';
import type { Policy } from '../domain/policy.ts';
import type { EngineDeps } from '../engine/deps.ts';
import type { openEngine } from '../engine/open-engine.ts';
import { ownerIsGone } from '../engine/owner.ts';
import { openLedger } from '../ledger/ledger.ts';
import { loadKeyFiles } from '../providers/key-files.ts';
import type { Answer } from '../rehearsal/answer-schema.ts';
import { furnish, keyNamed } from '../rehearsal/fixture.ts';
import type { Rehearsal, RehearsalCase } from '../rehearsal/schema.ts';
import { KeyFixture } from '../rehearsal/schema.ts';
import { answersOf, type Script } from '../rehearsal/script.ts';
import type { LoadedRunbook } from '../runbook/loaded.ts';
import { Secret } from '../secret.ts';
import { startServing } from '../serve.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type DrillClock, openDrillClock } from './clock.ts';
import { openGateway, openRegion, type Region } from './regions.ts';
import type { Fault, Scenario } from './scenario.ts';
import type { SharedQueue } from './shared-queue.ts';
import { openTraffic, type Traffic } from './traffic.ts';
import { copyRunbooks, drillConfig, drillMachine, startLocalSlack } from './world.ts';

/** What is drilled: a runbook, and the case of its rehearsal that says who is there and what they do. */
export interface Drilled {
  /** Its runbooks folder is only read. */
  runbooksDir: string;
  policy: Policy;
  runbook: LoadedRunbook;
  rehearsal: Rehearsal;
  one: RehearsalCase;
}

/** One scenario, ready to be played: the whole of Rekey, with an API, its callers and people around it. */
export interface Stage {
  drilled: Drilled;
  scenario: Scenario;
  fault: Fault;
  layout: Layout;
  ledgerFile: string;
  deps: EngineDeps;
  engine: ReturnType<typeof openEngine>;
  workspace: Workspace;
  traffic: Traffic;
  regions: readonly Region[];
  /** The key that the runbook is about, as it was in the beginning, and where its callers read it. */
  subject: Key;
  place: string;
  /** What was at that place in the beginning. */
  oldMaterial: string;
  keys: Key[];
  start: Date;
  now: () => Date;
  alarms: ReadonlyMap<string, Date>;
  answers: Script<Answer>;
  complaints: string[];
  /** What nobody may see, by a name that may be printed. */
  secrets: ReadonlyMap<string, string>;
  raise: (alert: object) => Promise<boolean>;
  /** Sets the clock forward; what is due by then is woken, as the sweep would within two seconds. */
  travelTo: (at: Date) => Promise<void>;
  flushUsage: () => Promise<void>;
  wake: () => Promise<void>;
  say: (who: string, what: string) => void;
}

interface Opening {
  folder: string;
  queue: SharedQueue;
  say: Stage['say'];
  onStop: (stop: () => void | Promise<void>) => void;
}

const API_KEY = 'drill-api-verifier';
const DAY_MS = 24 * 3_600_000;

export async function openStage(drilled: Drilled, scenario: Scenario, opening: Opening): Promise<Stage> {
  const { folder, queue, say, onStop } = opening;
  const { one, rehearsal, runbook } = drilled;
  const fault = scenario.open();
  const start = new Date(one.clock.start);
  const clock = openDrillClock(start, Date.now);
  const lent = queue.lend(clock.onMachine);
  const layout = await openLayout(folder, null);
  const runbooksDir = join(folder, 'runbooks');
  await mkdir(runbooksDir);
  const policy = await copyRunbooks(drilled.runbooksDir, runbooksDir, {
    policy: drilled.policy,
    patches: [rehearsal.policy, one.policy],
  });
  const workspace = await startLocalSlack(layout, policy, clock);
  onStop(workspace.stop);
  const keys = await fillLedger(layout, drilled, clock);
  const config = drillConfig(layout, runbooksDir, workspace.apiUrl);
  const serving = await startServing(config, drillMachine(clock, lent, join(layout.logsDir, 'rekey.log')));
  onStop(serving.stop);
  const subject = subjectOf(one, keys);
  const place = subject.delivery?.target ?? '';
  const world: World = { layout, clock, scenario, fault, subject, place, rekeyUrl: serving.url, drilled, onStop };
  const { regions, traffic, raise } = await openTown(world);
  const { deps, engine, flushUsage } = serving;
  const wake = async () => {
    for (const run of await deps.ledger.leases.due(clock.now(), ownerIsGone)) await deps.queue.wake(run);
  };
  const oldMaterial = place === '' ? '' : textIn(place);
  const secrets = new Map([
    ['bot token', layout.tokens.bot],
    ['app token', layout.tokens.app],
    ['hook secret', textIn(layout.hookSecretFile)],
    ['key of the API', textIn(apiKeyFile(layout))],
  ]);
  const beat = async () => {
    const there = textIn(place);
    if (there !== '' && ![...secrets.values()].includes(there)) secrets.set(`material ${secrets.size - 3}`, there);
    await traffic.beat();
  };
  say('rekey', `is ready with ${runbook.id} (${runbook.hash.slice(0, 8)})`);
  return {
    ...{ drilled, scenario, fault, layout, ledgerFile: config.ledgerFile, deps, engine, workspace, regions },
    ...{ subject, place, oldMaterial, keys, start, alarms: lent.alarms, secrets, raise, flushUsage, wake, say },
    traffic: { ...traffic, beat },
    now: clock.now,
    answers: answersOf(one.answers),
    complaints: [],
    travelTo: async (at) => {
      await beat();
      await flushUsage();
      clock.travelTo(at);
      await beat();
      await wake();
    },
  };
}

/** The keys of the case, the one with which the API asks Rekey, and the calls that came before. */
async function fillLedger(layout: Layout, { rehearsal, one }: Drilled, clock: DrillClock): Promise<Key[]> {
  const start = clock.now();
  const fixture = one.ledger ?? rehearsal.ledger ?? { keys: [], peers: [], calls: [] };
  const apiKey = KeyFixture.parse({ slug: API_KEY, scopes: ['keys:verify'], delivery: 'file', created: '-1d' });
  const probeUrl = `http://127.0.0.1:${layout.ports.api}/v1/ping`;
  // Young enough that the schedule does not replace by itself what is about to be replaced.
  const probed = fixture.keys.map((key) => ({
    ...(key.delivery === undefined ? {} : { probe_url: probeUrl }),
    ...key,
    created: Math.max(key.created, -30 * DAY_MS),
  }));
  const { pepper } = loadKeyFiles(layout.keysDir);
  const place = { start, places: layout.paymentsDir, pepper, channel: 'C0INCIDENTS' };
  const { keys, events } = await furnish({ ...fixture, keys: [...probed, apiKey] }, place);
  const ledger = await openLedger({ file: join(layout.rekeyDir, 'ledger.sqlite'), now: clock.now });
  try {
    const by = { at: start, actor: 'system:drill', channel: 'cli' } as const;
    await ledger.record(by, async () => ({ events, result: undefined }));
    await ledger.countUsage(
      fixture.calls.flatMap(({ key: name, caller, at, accepted, rejected }) => {
        const key = at < 0 ? keyNamed(name, keys) : null;
        return key === null ? [] : [{ key: key.id, caller, at: new Date(start.getTime() + at), accepted, rejected }];
      }),
    );
  } finally {
    await ledger.close();
  }
  return keys.filter(({ slug }) => slug !== API_KEY);
}

function subjectOf({ alert, rotation, inputs }: RehearsalCase, keys: readonly Key[]): Key {
  const named = alert?.key ?? rotation?.key ?? inputs.key;
  const found = typeof named === 'string' ? keyNamed(named, keys) : keys[0];
  if (found === undefined || found === null) throw new Error('the case of this drill has no key');
  return found;
}

interface World extends Pick<Stage, 'layout' | 'scenario' | 'fault' | 'subject' | 'place' | 'drilled'> {
  clock: DrillClock;
  rekeyUrl: string;
  onStop: Opening['onStop'];
}

/** The API in its regions, and who calls it. */
async function openTown(world: World): Promise<Pick<Stage, 'regions' | 'traffic' | 'raise'>> {
  const { layout, clock, scenario, fault, place, drilled, rekeyUrl, onStop } = world;
  const log = () => {};
  const hook = drilled.one.alert?.hook ?? 'payments-api';
  const hookSecret = textIn(layout.hookSecretFile);
  if (hook !== 'payments-api') writeFileSync(join(layout.keysDir, 'hooks', hook), `${hookSecret}\n`, { mode: 0o600 });
  const sender = { rekeyUrl, hook, secret: () => new Secret(hookSecret), now: clock.now, log };
  const raise = (alert: object) => sendAlert(sender, alert);
  const alarm = openAlarm({
    now: clock.now,
    send: ({ key, count, firstSeenAt, caller }) =>
      raise({
        alert: 'key_expired_blocked',
        key,
        count,
        window_minutes: 1,
        first_seen_at: firstSeenAt.toISOString(),
        details: { caller },
      }),
  });
  const raises = drilled.one.alert?.alert === 'key_expired_blocked';
  const asked = openVerifier({
    url: `${rekeyUrl}/v1/keys/verify`,
    keyOf: () => new Secret(textIn(apiKeyFile(layout))),
  });
  const names = callersOf(drilled);
  const regions: Awaited<ReturnType<typeof openRegion>>[] = [];
  const traffic = openTraffic({
    regions: () => regions,
    callers: place === '' ? [] : names.map((name, index) => ({ name, keyFile: place, region: index })),
    now: clock.now,
    log,
  });
  for (const [index, name] of scenario.regions.entries()) {
    const verify = fault.distort?.(name, asked, clock.now) ?? asked;
    const region = await openRegion({
      name,
      verify,
      port: index === 0 && scenario.regions.length === 1 ? layout.ports.api : 0,
      onCall: (call) => {
        traffic.note({ ...call, at: clock.now(), region: name });
        if (raises && call.status === 'expired' && call.key !== undefined)
          alarm.rejected({ key: call.key, caller: call.caller });
      },
    });
    regions.push(region);
    onStop(region.stop);
  }
  if (regions.length > 1) onStop((await openGateway(regions, layout.ports.api)).stop);
  return { regions, traffic, raise };
}

const SECOND_CALLER = 'batch-worker';

function callersOf({ rehearsal, one }: Drilled): string[] {
  const [first = 'payments-worker'] = ((one.ledger ?? rehearsal.ledger)?.calls ?? []).map(({ caller }) => caller);
  return [first, SECOND_CALLER];
}

function apiKeyFile({ paymentsDir }: Layout): string {
  return join(paymentsDir, `${API_KEY}.key`);
}

/** What a secret file holds; nothing when it is gone or something else lies there. */
export function textIn(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8').trim() : '';
}
