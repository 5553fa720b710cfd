import type { Actor, IncidentId } from '../../domain/ids.ts';
import type { RunbookPlan } from '../../domain/runbook-plan.ts';
import type { RunbookSet } from '../../runbook/runbook-set.ts';
import type { EngineDeps } from '../deps.ts';
import { inputsOf, loadedOrRefuse } from '../runbooks/asked.ts';
import { beginNow } from './begin-now.ts';
import { foreseeRun } from './foresee-run.ts';
import { radiusOf } from './radius.ts';
import { readingOnly } from './reading-only.ts';

export type PlanDeps = Omit<EngineDeps, 'runbooks'> & { runbooks: RunbookSet };

export interface PlanRequest {
  runbook: string;
  /** A slug, an id, a public id or a fingerprint, for the input of type `key`. */
  key: string | null;
  /** As people write them: `situation` → `exploited`. */
  inputs: Readonly<Record<string, string>>;
  actor: Actor;
  /** The incident that it would be part of, where it opens none itself. */
  incident?: IncidentId;
}

/**
 * What a run would do if it began now. Nothing is written, no provider, sink or connection is called, and nothing is announced. Refusals:
 * `unknown_runbook`, `bad_inputs`, `unknown_key`, `runbook_does_not_fit`, as at a real start.
 */
export async function planRunbook(real: PlanDeps, request: PlanRequest): Promise<RunbookPlan> {
  const deps = readingOnly(real);
  const runbook = loadedOrRefuse(real.runbooks, request.runbook);
  const { key, inputs } = await inputsOf(deps, runbook, request);
  const { actor, incident: partOf } = request;
  const startsOnAlerts = runbook.startOn.length > 0;
  const begins = await beginNow(deps, {
    runbook: runbook.id,
    key,
    inputs,
    actor,
    startsOnAlerts,
    ...(partOf && { partOf }),
  });
  const now = deps.now();
  const run = await foreseeRun(deps, { ...begins, from: now, depth: 0, stale: false });
  const proof = (await deps.ledger.read.runbookProofs(runbook.id, 10)).find(({ passed }) => passed) ?? null;
  const { id, title, owner, hash, reviewBy } = runbook;
  const { obstacles, joins, incident } = begins;
  return {
    at: now,
    askedBy: actor,
    runbook: { id, title, owner, hash, reviewBy },
    start: {
      obstacles,
      joins,
      incident: incident === null ? 'none' : incident.id === partOf ? incident.id : 'opens',
      notes: [...begins.notes, ...heldBack(real.runbooks, id)],
    },
    run,
    radius: await radiusOf(deps.ledger.read, { key, run, now }),
    proof,
  };
}

function heldBack(runbooks: RunbookSet, id: string): string[] {
  const held = runbooks.held().find(({ runbook }) => runbook.id === id);
  if (held === undefined) return [];
  return [
    `The text on disk is held back until somebody agrees to ${held.widened.join(', ')}; this is the one before it.`,
  ];
}
