import { assertPausable } from '../domain/control.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { controlRun } from './control.ts';
import type { EngineDeps } from './deps.ts';
import type { Because } from './engine.ts';
import { assertOpen } from './open-run.ts';

/** Holds a run and every one that it started. */
export async function pause(deps: EngineDeps, id: RunId, request: Because): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'pause',
    what: `pause ${id}`,
    request,
    decide: async (run, read) => {
      assertOpen(run);
      if (run.paused !== null) return [];
      assertPausable(deps.runbooks.planOf(run.runbook), run);
      return withChildren(read, run.id, { type: 'run_paused', reason: request.reason });
    },
  });
}

export async function resume(deps: EngineDeps, id: RunId, request: Because): Promise<void> {
  await controlRun(deps, {
    run: id,
    verb: 'pause',
    what: `resume ${id}`,
    request,
    decide: async (run, read) => {
      assertOpen(run);
      if (run.paused === null) throw new Refusal('not_paused', `${run.id} is not paused.`);
      return withChildren(read, run.id, { type: 'run_resumed', reason: request.reason });
    },
  });
}

/** The same for this run and the open ones below it, where it changes something. */
async function withChildren(
  read: LedgerReader,
  id: RunId,
  change: { type: 'run_paused' | 'run_resumed'; reason: string },
): Promise<LedgerEvent[]> {
  const run = await read.run(id);
  const applies =
    run !== null && run.cancelRequestedAt === null && (run.paused === null) === (change.type === 'run_paused');
  const events: LedgerEvent[] = applies ? [{ ...change, run: id }] : [];
  for (const child of await read.openChildren(id)) events.push(...(await withChildren(read, child, change)));
  return events;
}
