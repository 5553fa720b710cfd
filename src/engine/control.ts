import type { LedgerEvent } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Verb } from '../domain/policy.ts';
import type { Run } from '../domain/run.ts';
import type { Recording } from '../ledger/ledger.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { Today } from './approvals/ask-again.ts';
import type { EngineDeps } from './deps.ts';
import type { Because } from './engine.ts';
import { assertReason } from './keys/record-on-key.ts';
import { assertMayOn, runOrRefuse } from './open-run.ts';
import { decisionContext, wakeSoon } from './origin.ts';
import { auditRefusal } from './refusals.ts';

interface Control {
  run: RunId;
  verb: Verb;
  /** For the audit line of a refusal: `pause run-1`. */
  what: string;
  request: Because;
  /** What happens, or a Refusal; no events when the wish has come true already. */
  decide: (run: Run, read: LedgerReader, today: Today) => Promise<LedgerEvent[]> | LedgerEvent[];
}

/**
 * One verb on one run: authority, decision, change, audit and dedupe in one transaction; then the run, and every other one that it changed,
 * is looked at soon. The same request twice has one effect.
 */
export async function controlRun(deps: EngineDeps, { run: id, verb, what, request, decide }: Control): Promise<void> {
  const runs = await auditRefusal(deps, { origin: request, what }, async () => {
    // Before anything that could be said of the request: without a policy nobody may know whether they may.
    const today = await deps.policy();
    assertReason(request.reason);
    const { incident } = await runOrRefuse(deps.ledger.read, id);
    const context = decisionContext(deps, request, { incident, run: id });
    return deps.ledger.record(context, async (tx): Promise<Recording<Set<RunId>>> => {
      const run = await runOrRefuse(tx.read, id);
      await assertMayOn(tx.read, run, { policy: today.policy, verb, origin: request });
      const { source, id: requestId } = request.dedupe;
      if ((await tx.seen(source, requestId)) !== null) return { events: [], result: new Set() };
      const events = await decide(run, tx.read, today);
      await tx.remember(source, requestId, { run: id, incident: run.incident });
      return { events, result: runsIn(id, events) };
    });
  });
  for (const run of runs) await wakeSoon(deps, run);
}

function runsIn(id: RunId, events: readonly LedgerEvent[]): Set<RunId> {
  const others = events.flatMap((event) => ('run' in event && typeof event.run === 'string' ? [event.run] : []));
  return new Set([id, ...others]);
}
