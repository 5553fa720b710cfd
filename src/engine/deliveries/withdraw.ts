import { type DispatchId, isUnderWay } from '../../domain/dispatch.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { assertMay } from '../../domain/policy.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import type { TellDeps } from './tell.ts';

export interface Withdrawal extends Origin {
  dispatch: DispatchId;
  reason: string;
}

/** Stops what was approved and has not left yet; returns how many letters. What is being sent this moment cannot be called back. */
export async function withdraw(deps: TellDeps, request: Withdrawal): Promise<number> {
  const { dispatch: id, reason, actor, channel, dedupe } = request;
  return auditRefusal(deps, { origin: request, what: `dispatch ${id}` }, async () => {
    assertReason(reason);
    assertNoSecretIn({ reason });
    const { policy } = await deps.policy();
    const about = await deps.ledger.read.dispatch(id);
    const context = { at: deps.now(), actor, channel, incident: about?.incident ?? null, run: about?.run ?? null };
    return deps.ledger.record<number>(context, async ({ read, seen, remember, wake }) => {
      const dispatch = await read.dispatch(id);
      if (dispatch === null) throw new Refusal('unknown_notice', 'There is no such notice. Type: rekey notices list');
      const key = await read.key(dispatch.key);
      const subject = { owner: key?.owner ?? null, escalation: key?.escalation ?? null };
      assertMay(policy, 'notify', { actor, subject });
      if ((await seen(dedupe.source, dedupe.id)) !== null) return { events: [], result: 0 };
      const events = await withdrawn(read, id, reason);
      if (events.length === 0) throw await nothingLeft(read, id);
      await remember(dedupe.source, dedupe.id, { run: dispatch.run, incident: dispatch.incident });
      await wake(dispatch.run);
      return { events, result: events.length };
    });
  });
}

/** Whoever cancels a run means that nothing more of it leaves the company. */
export async function withdrawAllOf(read: LedgerReader, run: Pick<Run, 'id'>, reason: string): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  for (const { id } of await read.dispatchesOfRun(run.id)) events.push(...(await withdrawn(read, id, reason)));
  return events;
}

async function withdrawn(read: LedgerReader, dispatch: DispatchId, reason: string): Promise<LedgerEvent[]> {
  const queued = (await read.deliveriesOf(dispatch)).filter(({ state }) => state === 'queued');
  return queued.map(({ id }) => ({ type: 'delivery_withdrawn', dispatch, id, reason }));
}

async function nothingLeft(read: LedgerReader, dispatch: DispatchId): Promise<Refusal> {
  const deliveries = await read.deliveriesOf(dispatch);
  const why =
    deliveries.length === 0
      ? 'It was not approved yet: whoever is asked can reject it.'
      : deliveries.some(isUnderWay)
        ? 'What is left of it is being sent this moment.'
        : 'All of it has left, or is over.';
  return new Refusal('nothing_to_withdraw', `By now nothing of it is left to withdraw. ${why}`);
}
