import { z } from 'zod';
import { outsideLine } from '../../domain/dispatch-line.ts';
import { Actor, IncidentId } from '../../domain/ids.ts';
import type { Evidence } from '../../domain/incident.ts';
import { WAITS_FOR } from '../../domain/incident-status.ts';
import { KeyClass } from '../../domain/key.ts';
import { boardLine } from '../../domain/peer.ts';
import { MISSED_ROTATION, Missed } from '../../domain/questions.ts';
import type { Run } from '../../domain/run.ts';
import { boardOfReplacement } from '../../steps/board.ts';
import type { Sources } from '../deps.ts';
import type { IncidentCard } from '../views/incident-card.ts';
import { impactLine } from './incident-parts.ts';
import { actorText, displayNames, keyName } from './names.ts';

export async function loadIncident(sources: Sources, subject: string): Promise<IncidentCard | null> {
  const { ledger } = sources;
  const incident = await ledger.incident(IncidentId.parse(subject));
  if (incident === null) return null;
  const name = await displayNames(sources);
  const key = incident.key === null ? null : await ledger.key(incident.key);
  const runs = await ledger.runsOfIncident(incident.id);
  const board = key === null ? null : await boardOfReplacement(ledger, key);
  const evidence = await ledger.evidenceOfIncident(incident.id);
  return {
    ...incident,
    key: await keyName(ledger, incident.key),
    owner: key?.owner == null ? null : name(key.owner),
    openedBy: actorText(incident.openedBy, name),
    classified: classifiedBy(runs),
    situation: await saidOf(sources, incident.id, name),
    evidence: evidence.map(({ kind, hash }) => ({ kind, hash })),
    missed: missedIn(evidence),
    board: board === null ? null : boardLine(board, 'pinned'),
    runs: runs.map((run) => ({ id: run.id, runbook: run.runbook.id, state: stateOf(run) })),
    roles: (await ledger.rolesOf(incident.id)).map(({ role, person }) => ({ role, person: name(person) })),
    impact: await impactLine(sources, incident, key),
    outside: outsideLine(await ledger.deliveriesOfIncident(incident.id)),
    room: await ledger.roomOf(incident.id),
    waived: (await ledger.waiversOf(incident.id)).map((one) => ({ ...one, by: actorText(one.by, name) })),
  };
}

async function saidOf(
  { ledger }: Sources,
  incident: IncidentId,
  name: (id: string) => string,
): Promise<IncidentCard['situation']> {
  const said = await ledger.situationOf(incident);
  return said === null ? null : { ...said, by: actorText(Actor.parse(said.by), name) };
}

/** What the step that classified the key gave as its reason. */
function classifiedBy(runs: readonly Run[]): string | null {
  for (const record of runs.flatMap((run) => Object.values(run.steps))) {
    const said = record.state === 'done' ? Classified.safeParse(record.outputs) : null;
    if (said?.success) return said.data.why;
  }
  return null;
}

const Classified = z.object({ class: KeyClass, why: z.string() });

function missedIn(evidence: readonly Evidence[]): Missed | null {
  const kept = evidence.findLast((one) => one.kind === MISSED_ROTATION);
  return kept === undefined ? null : (Missed.safeParse(kept.content).data ?? null);
}

export function stateOf(run: Run): string {
  if (run.outcome !== null) return run.outcome;
  if (run.cancelRequestedAt !== null) return 'being cancelled';
  const waiting = Object.values(run.steps).find((step) => step.state === 'waiting' || step.state === 'in_doubt');
  if (waiting === undefined) return 'running';
  const what = waiting.state === 'waiting' ? WAITS_FOR[waiting.waiting.kind] : 'somebody who knows whether it happened';
  return `running; ${waiting.step} waits for ${what}`;
}
