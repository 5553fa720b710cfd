import { once } from 'node:events';
import { openLayout } from './layout.ts';
import { runScript } from './script.ts';
import { tellTraffic } from './transcript.ts';
import { startWorld, type World } from './world.ts';

export interface DemoOptions {
  dataDir: string;
  script: boolean;
  json: boolean;
  port: number | null;
}

const LIFE_MS = 30_000;
const SCRIPT_LIFE_MS = 6_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Returns the exit code. Refusals (a port that is taken, a folder of another program) are thrown before anything has started. */
export async function runDemo({ dataDir, script, json, port }: DemoOptions): Promise<number> {
  const layout = await openLayout(dataDir, port);
  // From here on an interrupt waits for the start to be complete, so that whatever was started is also stopped.
  const stop = stopSignal();
  say('Starting a local Slack, the bot, an API and its caller …');
  const world = await startWorld(layout, { lifeMs: script ? SCRIPT_LIFE_MS : LIFE_MS, again: script, say });
  try {
    if (stop.aborted) return 0;
    return script
      ? await runScript(layout, world, { json, say, stop })
      : await runForPeople(world, { isNew: layout.isNew, stop });
  } finally {
    await world.stop();
  }
}

async function runForPeople(world: World, { isNew, stop }: { isNew: boolean; stop: AbortSignal }): Promise<number> {
  say(`\n  Rekey is running in a local Slack:\n\n    ${world.workspace.pageUrl}\n`);
  for (const line of isNew ? FIRST_TIME : AGAIN) say(`  ${line}`);
  say('\n  Ctrl-C stops everything; the next start continues from there.\n');
  const stopTraffic = tellTraffic(world, (_who, what) => say(`  ${new Date().toLocaleTimeString('en-GB')}  ${what}`));
  if (!stop.aborted) await once(stop, 'abort');
  stopTraffic();
  return 0;
}

const FIRST_TIME = [
  'In half a minute the key of a payments caller expires, its calls are rejected, and Rekey opens an incident in #incidents.',
  'You are Alice, on call; the traffic is on the right. Act as Bob (security): press Review in #incidents and approve. Then as',
  'Carol (the owner): her question waits under Messages. People are switched at the top left. `/rotate-key help` works for all.',
];
const AGAIN = [
  'It goes on where it stopped: same ledger, same chat, same keys. To break something yourself, be Alice and type',
  '/rotate-key payments-prod exploited because "token in a public gist"',
];

/** A second interrupt does not wait: the programs then leave by themselves, because their standard input closes. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const first = () => {
    say('\nStopping … (Ctrl-C again to stop at once)');
    for (const signal of SIGNALS) process.off(signal, first).once(signal, () => process.exit(130));
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, first);
  return stop.signal;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
