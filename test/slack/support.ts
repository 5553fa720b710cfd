import { onTestFinished } from 'vitest';
import type { Policy } from '../../src/domain/policy.ts';
import { openSlackChannels } from '../../src/engine/alarms/slack-channels.ts';
import { openDeliveries } from '../../src/engine/deliveries/deliveries.ts';
import type { Runbooks } from '../../src/engine/deps.ts';
import { openDigests } from '../../src/engine/digests/digests.ts';
import { openFollowUps } from '../../src/engine/follow-ups/follow-ups.ts';
import { openChecklist } from '../../src/engine/home/checklist.ts';
import { openIncidents } from '../../src/engine/incidents/open-incidents.ts';
import { openKeys } from '../../src/engine/keys/open-keys.ts';
import { openPeers } from '../../src/engine/peers/peers.ts';
import { openRotations } from '../../src/engine/rotations/open-rotations.ts';
import { openSecondFactors } from '../../src/engine/second-factor/second-factors.ts';
import { Refusal } from '../../src/errors.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import { Secret } from '../../src/secret.ts';
import { startSlack } from '../../src/slack/app.ts';
import type { Log, SlackDeps } from '../../src/slack/deps.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import type { Workspace, WorkspaceOptions } from '../../src/workspace/workspace.ts';
import { aPolicy } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld } from '../support/engine-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { aKeysDir } from '../support/vault-world.ts';

export const BOT_TOKEN = 'xoxb-1111-bot';
export const APP_TOKEN = 'xapp-1111-app';
export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
export const INCIDENTS = 'C0INCIDENTS';
export const OPS = 'C0OPS';

/** look → go (approval) → swap (point of no return) → redeployed (question to carol). */
export function aReplacementPlan() {
  return aPlan([
    [aPlannedStep('look', { phase: 'identify' })],
    [
      aPlannedStep('go', {
        uses: 'approve',
        effect: 'reads',
        resolve: () => ({ question: 'Replace payments-prod?', rule: 'rotate' }),
      }),
    ],
    [aPlannedStep('swap', { uses: 'test.final', effect: 'destroys', undo: 'point_of_no_return' })],
    [
      aPlannedStep('redeployed', {
        uses: 'ask',
        effect: 'reads',
        resolve: () => ({ question: 'Is the caller redeployed?', assignee: 'carol', evidence: 'url' }),
      }),
    ],
  ]);
}

export function aWorkspaceWith(overrides: Partial<WorkspaceOptions> = {}): WorkspaceOptions {
  const person = (id: string, name: string, more = {}) => ({
    id,
    name,
    realName: name,
    email: `${name}@example.com`,
    ...more,
  });
  return {
    port: 0,
    manifest: slackManifest({ httpUrl: null }),
    people: [
      person('U0ALICE', 'alice'),
      person('U0BOB', 'bob'),
      person('U0CAROL', 'carol'),
      person('U0DAVE', 'dave'),
      person('U0GINA', 'gina', { standing: 'guest' }),
      person('U0STAN', 'stan', { standing: 'stranger', teamId: 'T0OTHER' }),
    ],
    channels: [
      { id: INCIDENTS, name: 'incidents' },
      { id: OPS, name: 'ops' },
      { id: 'C0SHARED', name: 'shared', isShared: true },
      { id: 'C0OUTSIDE', name: 'outside', app: 'outside' },
    ],
    appName: 'rekey',
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    strict: { postBurst: 50 },
    ...overrides,
  };
}

/** Everybody of the workspace but dave; gina and stan are in the policy and are guests in Slack. */
export function aSlackPolicy(teamId: string, overrides: Partial<Policy> = {}): Policy {
  return aPolicy({
    team: { slack_teams: [teamId], time_zone: 'UTC', incident_channel: INCIDENTS },
    people: {
      alice: { slack: 'U0ALICE', name: 'Alice' },
      bob: { slack: 'U0BOB', name: 'Bob' },
      carol: { slack: 'U0CAROL', name: 'Carol' },
      gina: { slack: 'U0GINA' },
      stan: { slack: 'U0STAN' },
    },
    ...overrides,
  });
}

export interface Logged {
  level: 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  text: string;
}

export function aLog(): { log: Log; lines: Logged[] } {
  const lines: Logged[] = [];
  const at = (level: Logged['level']) => (fields: object, text: string) =>
    void lines.push({ level, fields: { ...fields }, text });
  return { lines, log: { info: at('info'), warn: at('warn'), error: at('error') } };
}

export interface SlackWorld {
  workspace: Workspace;
  world: EngineWorld;
  rekey: EngineProcess;
  lines: Logged[];
  deps: SlackDeps;
  start: (overrides?: Partial<SlackDeps>) => Promise<Awaited<ReturnType<typeof startSlack>>>;
}

/** A local Slack, a real ledger and engine, and what it takes to start the bot between them. The clock runs. */
export async function aSlackWorld(
  options: {
    workspace?: Partial<WorkspaceOptions>;
    policy?: Partial<Policy>;
    plan?: Parameters<typeof anEngineWorld>[0];
  } = {},
): Promise<SlackWorld> {
  const workspace = await startWorkspace(aWorkspaceWith(options.workspace));
  onTestFinished(() => workspace.stop());
  const world = await anEngineWorld(options.plan ?? aReplacementPlan());
  world.setPolicy(aSlackPolicy(workspace.teamId, options.policy), 'b'.repeat(64));
  const ticking = setInterval(() => world.pass(20), 20);
  onTestFinished(() => clearInterval(ticking));
  const rekey = await world.open();
  const { log, lines } = aLog();
  const deps = slackDeps({ workspace, rekey, log });
  const start = async (overrides: Partial<SlackDeps> = {}) => {
    const slack = await startSlack({ ...deps, ...overrides });
    onTestFinished(() => slack.stop());
    return slack;
  };
  return { workspace, world, rekey, lines, deps, start };
}

function slackDeps({ workspace, rekey, log }: { workspace: Workspace; rekey: EngineProcess; log: Log }): SlackDeps {
  const { ledger, engine, deps } = rekey;
  const { pepper } = loadKeyFiles(aKeysDir());
  return {
    config: {
      mode: 'socket',
      apiUrl: workspace.apiUrl,
      botToken: new Secret(BOT_TOKEN),
      appToken: new Secret(APP_TOKEN),
      signingSecret: null,
      host: '127.0.0.1',
      port: 0,
    },
    engine,
    rotations: openRotations(deps),
    keys: openKeys({ ...deps, pepper }),
    peers: openPeers(deps),
    channels: openSlackChannels(deps),
    secondFactors: openSecondFactors({ ...deps, pepper }),
    checklist: openChecklist(deps),
    homeEveryMs: 50,
    health: async () => ({ parts: [], held: [], broken: 0 }),
    publicUrl: 'http://127.0.0.1:7410',
    digests: openDigests(deps),
    followUps: openFollowUps(deps),
    incidents: openIncidents({ ...deps, pepper }),
    deliveries: openDeliveries({
      ...deps,
      run: async () => {
        throw new Error('no runbook of this test tells anybody outside');
      },
      plan: async () => {
        throw new Error('no runbook of this test tells anybody outside');
      },
    }),
    runRunbook: async () => {
      throw new Error('no runbook of this test can be run by hand');
    },
    planRunbook: async () => {
      throw new Refusal('unknown_runbook', 'No runbook of this test can be planned.');
    },
    shelf: emptyShelf,
    ledger: ledger.read,
    outbox: ledger.outbox,
    rooms: ledger.rooms,
    inbox: ledger.inbox,
    onRecorded: ledger.onRecorded,
    runbooks: deps.runbooks as Pick<Runbooks, 'planOf'>,
    providers: {
      ledger: {
        capabilities: { custody: 'rekey', overlap: true, revokeNow: true, suspend: true, enforcementDelayMs: 60_000 },
      },
    },
    policy: deps.policy,
    classRule: deps.classRule,
    now: deps.now,
    log,
    patience: { slowRetryMs: 150, firstRetryMs: 20, pollMs: 40 },
  };
}

const emptyShelf: SlackDeps['shelf'] = {
  all: () => new Map(),
  named: (id) => {
    throw new Error(`no runbook ${id} in this test`);
  },
  held: async () => {
    throw new Error('no runbook of this test is held back');
  },
  reload: async () => ({ live: [], problems: [], held: [], mayAgree: [] }),
  approveGrants: async () => {
    throw new Error('no runbook of this test is held back');
  },
};

/** Everything that can be read on a message or view: text of blocks, buttons and options. */
export function textOf(on: { text?: string; blocks: readonly unknown[] }): string {
  return [on.text ?? '', ...on.blocks.flatMap(textsIn)].join(' ');
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    typeof one === 'string' && (name === 'text' || name === 'fallback') ? [one] : textsIn(one),
  );
}

export function says(...words: string[]): (message: Message) => boolean {
  return (message) => words.every((word) => textOf(message).includes(word));
}
