import type { PersonId } from '../../../domain/ids.ts';
import type { Incident } from '../../../domain/incident.ts';
import { type Key, nameOf } from '../../../domain/key.ts';
import type { Policy } from '../../../domain/policy.ts';
import { isInReach, reachOf } from '../../../domain/reach.ts';
import type { Run } from '../../../domain/run.ts';
import type { Sources } from '../../deps.ts';
import type { UnderWay } from '../../views/home/under-way.ts';

const MOST_READ = 30;
const NOBODY = { owner: null, escalation: null };

/** Where the card of an incident can be opened; null while that is not known. */
export type LinkOf = (incident: string) => Promise<string | null>;

/** Only what is about keys that this person may read; what is about none, for those who may read every key. */
export async function loadUnderWay(
  sources: Sources,
  { policy, person, linkOf }: { policy: Policy; person: PersonId; linkOf: LinkOf },
): Promise<UnderWay> {
  const { ledger } = sources;
  const reach = reachOf(policy, 'read', person);
  const incidents: Incident[] = [];
  for (const incident of await ledger.openIncidents(MOST_READ)) {
    const key = incident.key === null ? null : await ledger.key(incident.key);
    if (isInReach(reach, key ?? NOBODY)) incidents.push(incident);
  }
  const runs: UnderWay['runs'][number][] = [];
  for (const id of await ledger.newestRuns({ open: true, limit: MOST_READ })) {
    const run = await ledger.run(id);
    const key = run?.key == null ? null : await ledger.key(run.key);
    if (run !== null && run.parent === null && isInReach(reach, key ?? NOBODY)) runs.push(shown(run, key));
  }
  return { incidents: await Promise.all(incidents.map((one) => withLink(one, linkOf))), runs };
}

async function withLink(incident: Incident, linkOf: LinkOf): Promise<UnderWay['incidents'][number]> {
  const { id, severity, title, reportedAt, containedAt, recoveredAt, closedAt } = incident;
  return { id, severity, title, reportedAt, containedAt, recoveredAt, closedAt, link: await linkOf(id) };
}

function shown(run: Run, key: Key | null): UnderWay['runs'][number] {
  return {
    id: run.id,
    runbook: run.runbook.id,
    key: key === null ? null : nameOf(key),
    state: stateOf(run),
    since: run.startedAt,
  };
}

/** In a few words; everything is behind Details. */
function stateOf({ paused, cancelRequestedAt, steps }: Run): string {
  if (cancelRequestedAt !== null) return 'being cancelled';
  if (paused !== null) return 'paused';
  const records = Object.values(steps);
  const doubt = records.find(({ state }) => state === 'in_doubt');
  if (doubt !== undefined) return `somebody has to say whether ${doubt.step} happened`;
  const waiting = records.find(({ state }) => state === 'waiting');
  if (waiting?.state === 'waiting') return `${waiting.step} waits for ${WAITS[waiting.waiting.kind]}`;
  const running = records.find(({ state }) => state === 'started');
  return running === undefined ? 'about to go on' : `${running.step} is running`;
}

const WAITS = {
  approval: 'an approval',
  ask: 'an answer',
  run: 'another run',
  claim: 'its new key to be claimed',
  each: 'its runs',
  peers: 'peers',
  time: 'its time',
  look: 'its condition',
  retry: 'its next attempt',
} as const;
