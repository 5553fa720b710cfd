import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLayout } from '../../src/demo/layout.ts';
import { secretScan } from '../../src/demo/secret-scan.ts';
import { sendAlert } from '../../src/demo/send-alert.ts';
import type { Key } from '../../src/domain/key.ts';
import { openDrillClock } from '../../src/drill/clock.ts';
import type { SharedQueue } from '../../src/drill/shared-queue.ts';
import { copyRunbooks, drillConfig, drillMachine, startLocalSlack } from '../../src/drill/world.ts';
import { ownerIsGone } from '../../src/engine/owner.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import { furnish, type LedgerFixture } from '../../src/rehearsal/fixture.ts';
import { Rehearsal } from '../../src/rehearsal/schema.ts';
import { loadPolicy } from '../../src/runbook/policy-file.ts';
import { Secret } from '../../src/secret.ts';
import { type Serving, startServing } from '../../src/serve.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import { type PaymentsApi, startPaymentsApi } from '../support/incident-api.ts';
import { untilFound } from './until-found.ts';

const RUNBOOKS = fileURLToPath(new URL('../../runbooks', import.meta.url));
/** A Monday, ten minutes before the first digest. */
const START = new Date('2026-11-23T08:50:00Z');
export const VERIFIER = 'payments-api-verifier';

export interface Stage extends AsyncDisposable {
  workspace: Workspace;
  keysDir: string;
  runbooksDir: string;
  ledgerFile: string;
  ledger: Ledger;
  serving: () => Serving;
  api: PaymentsApi;
  keys: readonly Key[];
  now: () => Date;
  /** Sets the clock forward and lets everything that is due by then happen. */
  passes: (ms: number) => Promise<void>;
  /** The bot ends and starts again. */
  restarts: () => Promise<void>;
  /** The key that lies at its caller's place. */
  materialOf: (slug: string) => string;
  raise: (alert: Record<string, unknown>) => Promise<void>;
  /** Where a secret was seen that must not be there. */
  secretsSeen: () => ReturnType<ReturnType<typeof secretScan>['inText']>;
}

export interface Setting {
  /** As in `ledger` of a rehearsal: keys, peers, calls. */
  ledger: object;
  /** What is different from the policy.yaml that comes along. */
  policy?: object;
  /** In the copied runbooks folder, before the start. */
  prepare?: (runbooksDir: string) => void;
}

/** The whole of Rekey in this process, on a clock that can be set forward, between a local Slack and an API that asks it about keys. */
export async function openStage({ ledger: wanted, policy = {}, prepare }: Setting, queue: SharedQueue): Promise<Stage> {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'journey-'));
  parts.defer(() => rmSync(folder, { recursive: true, force: true }));
  const clock = openDrillClock(START, Date.now);
  const layout = await openLayout(folder, null);
  const runbooksDir = join(folder, 'runbooks');
  mkdirSync(runbooksDir);
  cpSync(RUNBOOKS, runbooksDir, { recursive: true });
  const people = await copyRunbooks(RUNBOOKS, runbooksDir, {
    policy: (await loadPolicy(RUNBOOKS)).policy,
    // A review of the week looks at how far the check of the audit is, which differs from run to run.
    patches: [{ reviews: null }, policy],
  });
  prepare?.(runbooksDir);
  const workspace = await startLocalSlack(layout, people, clock);
  parts.defer(workspace.stop);
  const wire: string[] = [];
  workspace.wire.subscribe((entry) => wire.push(JSON.stringify(entry)));
  const fixture = Rehearsal.shape.ledger.unwrap().parse(withVerifier(wanted));
  const keys = await furnished(layout, { fixture, now: clock.now });
  const api = await startPaymentsApi({ ...layout, verifierKeyFile: join(layout.paymentsDir, `${VERIFIER}.key`) });
  parts.defer(api.stop);
  const config = drillConfig(layout, runbooksDir, workspace.apiUrl);
  const start = () =>
    startServing(config, {
      ...drillMachine(clock, queue.lend(clock.onMachine), join(layout.logsDir, 'rekey.log')),
      lookEveryMs: 100,
    });
  const connected = () =>
    untilFound(
      'a Rekey with both of its connections',
      () => (workspace.connections() === 2 ? true : undefined),
      () => `${workspace.connections()} connections`,
    );
  let serving = await start();
  await connected();
  const secrets = new Map(keys.map(({ slug }) => [slug, materialAt(slug)]));
  function materialAt(slug: string): string {
    return readFileSync(join(layout.paymentsDir, `${slug}.key`), 'utf8').trim();
  }
  const ledger = await openLedger({ file: config.ledgerFile, now: clock.now });
  const all = parts.move();
  all.defer(ledger.close);
  all.defer(() => serving.stop());
  return {
    ...{
      keysDir: layout.keysDir,
      runbooksDir,
      ledgerFile: config.ledgerFile,
      workspace,
      ledger,
      api,
      keys,
      serving: () => serving,
      now: clock.now,
      materialOf: materialAt,
    },
    passes: async (ms) => {
      clock.travelTo(new Date(clock.now().getTime() + ms));
      const { deps, lookedAt } = serving;
      const arrived = clock.now();
      for (const run of await deps.ledger.leases.due(clock.now(), ownerIsGone)) await deps.queue.wake(run);
      // The first look that ends from now on may have begun before.
      for (let looks = 0, since = arrived; looks < 2; looks++, since = lookedAt() ?? since)
        await untilFound(
          'a look at what is due by now',
          () => ((lookedAt()?.getTime() ?? 0) > since.getTime() ? true : undefined),
          () => `the last one was at ${lookedAt()?.toISOString() ?? 'no time'}`,
        );
    },
    restarts: async () => {
      await serving.stop();
      serving = await start();
      await connected();
    },
    raise: async (alert) => {
      const secret = new Secret(readFileSync(layout.hookSecretFile, 'utf8').trim());
      const sender = {
        rekeyUrl: serving.url,
        hook: 'payments-api',
        secret: () => secret,
        now: clock.now,
        log: () => {},
      };
      // A monitoring sends it until it is taken, and the second one joins the first.
      for (let tries = 0; !(await sendAlert(sender, alert)); tries++)
        if (tries === 5) throw new Error('The alert was not taken.');
    },
    secretsSeen: () => {
      for (const { slug } of keys) secrets.set(`${slug} now`, materialAt(slug));
      return secretScan(secrets).inText('Slack', wire.join('\n'));
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function withVerifier(wanted: object): object {
  const keys = 'keys' in wanted && Array.isArray(wanted.keys) ? wanted.keys : [];
  return {
    ...wanted,
    keys: [
      ...keys,
      { slug: VERIFIER, scopes: ['keys:verify'], owner: 'carol', delivery: 'file', created: '-1d', expires: '+60d' },
    ],
  };
}

async function furnished(
  { paymentsDir, keysDir, rekeyDir, ports }: Awaited<ReturnType<typeof openLayout>>,
  { fixture, now }: { fixture: LedgerFixture; now: () => Date },
): Promise<Key[]> {
  const probeUrl = `http://127.0.0.1:${ports.api}/v1/ping`;
  const probed = fixture.keys.map((key) => ({ ...(key.delivery !== undefined && { probe_url: probeUrl }), ...key }));
  const { pepper } = loadKeyFiles(keysDir);
  const place = { start: now(), places: paymentsDir, pepper, channel: 'C0INCIDENTS' };
  const { keys, events } = await furnish({ ...fixture, keys: probed }, place);
  for (const { slug } of keys) writeFileSync(join(paymentsDir, `${slug}.key`), '', { flag: 'a', mode: 0o600 });
  const ledger = await openLedger({ file: join(rekeyDir, 'ledger.sqlite'), now });
  try {
    await ledger.record({ at: now(), actor: 'system:journey', channel: 'cli' }, async () => ({
      events,
      result: undefined,
    }));
    await ledger.countUsage(
      fixture.calls.flatMap(({ key: name, caller, at, accepted, rejected }) => {
        const key = keys.find(({ slug }) => slug === name);
        return key === undefined
          ? []
          : [{ key: key.id, caller, at: new Date(now().getTime() + at), accepted, rejected }];
      }),
    );
  } finally {
    await ledger.close();
  }
  return keys.filter(({ slug }) => slug !== VERIFIER);
}
