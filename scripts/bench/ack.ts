import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLayout } from '../../src/demo/layout.ts';
import { seed } from '../../src/demo/seed.ts';
import { botEnvironment, channels, people } from '../../src/demo/world.ts';
import { slackManifest } from '../../src/slack/manifest.ts';
import { startWorkspace } from '../../src/workspace/start.ts';
import type { Workspace } from '../../src/workspace/workspace.ts';
import type { Figure } from './ledger.ts';

const BARE = fileURLToPath(new URL('./ack-bare.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const DAY_MS = 24 * 3_600_000;
const WARM_UP_MS = 5_000;
// What people type: a look at everything, at one key, and a help.
const TYPED = ['/rotate-key status', '/rotate-key show payments-prod', '/rotate-key help'];

/**
 * How long Slack waits for the acknowledgement of a slash command, from sending it to its ack: the whole of Rekey beside a Bolt app that
 * commits one row and acks, both at the same time on the same machine, each with a local Slack of its own.
 */
export async function benchAck(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  say: (text: string) => void,
): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-ack-'));
  const stops: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const [bare, rekey] = [
      await startBare(join(folder, 'bare'), stops),
      await startRekey(join(folder, 'rekey'), stops),
    ];
    say('Warming up …');
    await Promise.all([bare, rekey].map((one) => commandsTo(one, { perSecond, ms: WARM_UP_MS })));
    say(`${perSecond} commands a second to each for ${seconds} s …`);
    const [bareMs, oursMs] = await Promise.all(
      [bare, rekey].map((one) => commandsTo(one, { perSecond, ms: seconds * 1_000 })),
    );
    return figuresOf(sorted(bareMs), sorted(oursMs));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function figuresOf(bare: readonly number[], ours: readonly number[]): Figure[] {
  const pair = (share: number) => ({ bareMs: at(bare, share), oursMs: at(ours, share) });
  const how = ({ bareMs, oursMs }: ReturnType<typeof pair>) =>
    `${oursMs.toFixed(1)} ms against ${bareMs.toFixed(1)} ms`;
  const [p50, p99, worst] = [pair(0.5), pair(0.99), pair(1)];
  return [
    { what: 'ack_socket p50', value: p50.oursMs / p50.bareMs, unit: 'ratio', goal: { atMost: 1.5 }, how: how(p50) },
    { what: 'ack_socket p99', value: p99.oursMs / p99.bareMs, unit: 'ratio', goal: { atMost: 2 }, how: how(p99) },
    { what: 'ack p99', value: p99.oursMs, unit: 'ms', goal: { atMost: 300 }, how: `of ${ours.length} commands` },
    { what: 'ack, the longest', value: worst.oursMs, unit: 'ms', goal: { atMost: 1_500 }, how: how(worst) },
  ];
}

/** At a steady pace, whether or not the last one is answered yet: as many people type. Resolves with how long each took. */
async function commandsTo(
  workspace: Workspace,
  { perSecond, ms }: { perSecond: number; ms: number },
): Promise<number[]> {
  const alice = workspace.person('U0ALICE');
  const began = performance.now();
  const answers: Promise<number>[] = [];
  while (performance.now() - began < ms) {
    const typed = TYPED[answers.length % TYPED.length] ?? '';
    const sentAt = performance.now();
    answers.push(
      alice.command('C0GENERAL', typed).then((outcome) => {
        if (!outcome.ok) throw new Error(outcome.shown);
        return performance.now() - sentAt;
      }),
    );
    await pause(Math.max(0, began + (answers.length * 1_000) / perSecond - performance.now()));
  }
  return Promise.all(answers);
}

async function aSlack(
  tokens: { bot: string; app: string },
  port: number,
  stops: (() => unknown)[],
): Promise<Workspace> {
  const manifest = slackManifest({ httpUrl: null });
  const who = { people, channels, appName: 'Rekey', botToken: tokens.bot, appToken: tokens.app };
  const workspace = await startWorkspace({ port, manifest, ...who, strict: { postBurst: 100_000 } });
  stops.push(() => workspace.stop());
  return workspace;
}

async function startBare(folder: string, stops: (() => void | Promise<void>)[]): Promise<Workspace> {
  const layout = await openLayout(folder, null);
  const slack = await aSlack(layout.tokens, layout.ports.page, stops);
  const args = [BARE, slack.apiUrl, layout.tokens.bot, layout.tokens.app, join(folder, 'bare.sqlite')];
  stops.push(program(args, {}));
  await connected(slack, 1);
  return slack;
}

async function startRekey(folder: string, stops: (() => void | Promise<void>)[]): Promise<Workspace> {
  const layout = await openLayout(folder, null);
  await seed(layout, { lifeMs: 60 * DAY_MS, again: false });
  const slack = await aSlack(layout.tokens, layout.ports.page, stops);
  stops.push(program([MAIN, 'serve'], { ...botEnvironment(layout, slack.apiUrl), LOG_LEVEL: 'warn' }));
  await connected(slack, 2);
  return slack;
}

/** Its own process, ended by its own id. */
function program(args: string[], env: Record<string, string>): () => Promise<void> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

async function connected(slack: Workspace, connections: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (slack.connections() < connections) {
    if (performance.now() > deadline) throw new Error('the bot did not connect within a minute');
    await pause(50);
  }
}

const sorted = (values: readonly number[] = []): number[] => [...values].sort((a, b) => a - b);
const at = (values: readonly number[], share: number): number =>
  values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
