import { openLedger } from '../ledger/ledger.ts';
import type { Layout } from './layout.ts';
import { collectMaterial } from './material.ts';
import { playPeople } from './people.ts';
import { prove, recoveredAt } from './proof.ts';
import { CALLERS_KEY } from './seed.ts';
import { startTranscript } from './transcript.ts';
import type { World } from './world.ts';

const DEADLINE_MS = 50_000;
const LOOK_EVERY_MS = 250;

/** Plays the people until the incident is over, then looks up each claim. Returns the exit code. */
export async function runScript(
  layout: Layout,
  world: World,
  { json, say, stop }: { json: boolean; say: (line: string) => void; stop: AbortSignal },
): Promise<number> {
  const transcript = startTranscript(world, say);
  const material = collectMaterial(layout);
  const people = playPeople(world.workspace, transcript.did);
  const over = await incidentIsOver(layout, world, stop);
  people.stop();
  material.stop();
  transcript.stop();
  const { proof, sightings } = await prove(layout, {
    world,
    material,
    wire: transcript.wire(),
    humanActions: people.actions(),
  });
  const failures = [
    ...(over === null ? [] : [over]),
    ...people.troubles(),
    ...(proof.recovered ? [] : ['the traffic has not recovered']),
    ...(proof.oldKeyRejected ? [] : ['the old key is not proved dead']),
    ...(proof.auditVerified ? [] : ['the audit chain does not verify']),
    ...sightings.map(({ what, where }) => `the ${what} was seen in ${where}`),
  ];
  say('');
  for (const failure of failures) say(`✗ ${failure}`);
  if (failures.length === 0) for (const line of claims(proof.timeToRecoverMs, material.secrets.size)) say(`✓ ${line}`);
  if (json) say(JSON.stringify(proof));
  return failures.length === 0 ? 0 : 1;
}

function claims(timeToRecoverMs: number, secrets: number): string[] {
  return [
    `traffic recovered ${(timeToRecoverMs / 1000).toFixed(1)} s after the first rejected call`,
    'the old key is rejected by the API and proved dead in the ledger',
    'the audit chain verifies, in a process of its own',
    `none of ${secrets} secrets was seen in any Slack payload, log line, queue file, ledger page, report or argument`,
  ];
}

/** Null when the run has ended well and the traffic is calm again; otherwise what was missing at the deadline. */
async function incidentIsOver(layout: Layout, world: World, stop: AbortSignal): Promise<string | null> {
  const ledger = await openLedger({ file: `${layout.rekeyDir}/ledger.sqlite`, now: () => new Date() });
  const [first] = await ledger.read.versionsOf(CALLERS_KEY);
  const state = async () => {
    const [run] = first === undefined ? [] : await ledger.read.runsOfKey(first.id);
    if (run === undefined) return 'no incident was opened';
    if (run.outcome === null)
      return `the run waits at ${Object.values(run.steps).find((record) => record.state === 'waiting')?.step ?? 'its start'}`;
    if (run.outcome !== 'succeeded') return `the run ${run.outcome}`;
    return recoveredAt(world.traffic.points) === null ? 'calls are still rejected' : null;
  };
  try {
    return await polled(state, { forMs: DEADLINE_MS, stop });
  } finally {
    await ledger.close();
  }
}

async function polled(
  state: () => Promise<string | null>,
  { forMs, stop }: { forMs: number; stop: AbortSignal },
): Promise<string | null> {
  const deadline = Date.now() + forMs;
  for (;;) {
    const missing = await state();
    if (missing === null || missing.startsWith('the run failed')) return missing;
    if (stop.aborted) return `it was stopped: ${missing}`;
    if (Date.now() >= deadline) return `${forMs / 1000} s are over: ${missing}`;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
