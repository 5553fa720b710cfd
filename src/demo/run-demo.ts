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
  const world = await startWorld(layout, { lifeMs: script ? SCRIPT_LIFE_MS : LIFE_MS, again: script, say });
  try {
    return script ? await runScript(layout, world, { json, say }) : await runForPeople(world, layout.isNew);
  } finally {
    await world.stop();
  }
}

async function runForPeople(world: World, isNew: boolean): Promise<number> {
  say(`\n  Rekey is running in a local Slack:\n\n    ${world.workspace.pageUrl}\n`);
  for (const line of isNew ? FIRST_TIME : AGAIN) say(`  ${line}`);
  say('\n  Ctrl-C stops everything; the next start continues from there.\n');
  const stopTraffic = tellTraffic(world, (_who, what) => say(`  ${new Date().toLocaleTimeString('en-GB')}  ${what}`));
  await interrupted();
  stopTraffic();
  say('\nStopping … (Ctrl-C again to stop at once)');
  process.once('SIGINT', () => process.exit(130));
  return 0;
}

const FIRST_TIME = [
  'In half a minute the key of a payments caller expires, its calls are rejected, and Rekey opens an incident in #incidents.',
  'You are Alice, on call. Watch the traffic on the right. Then act as Bob (security) to review and approve, and as Carol',
  '(the owner) to confirm that the caller runs with the new key. Typing `/rotate-key help` works for everybody.',
];
const AGAIN = [
  'It goes on where it stopped: same ledger, same chat, same keys. To break something yourself, be Alice and type',
  '/rotate-key payments-prod exploited because "token in a public gist"',
];

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
