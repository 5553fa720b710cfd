import { rerun, resetAll } from '../../domain/begin-again.ts';
import { assertAtRest } from '../../domain/control.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { StepId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { letGoAll } from '../children.ts';
import type { EngineDeps } from '../deps.ts';
import type { PushBackPress } from '../engine.ts';
import { decisionContext } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { runsIn, wakeAll } from '../rotations/wake.ts';
import { askOrRefuse, assertMayAnswer, assertNoSecret, assertStillAsked } from './open-ask.ts';

/**
 * "Not possible yet": the run goes back to an earlier step that its runbook names, and everything from there on is begun again as a new
 * generation. The question ends with it; the new generation puts a new one.
 */
export async function pushBack(deps: EngineDeps, token: string, press: PushBackPress): Promise<Ask> {
  const known = await deps.ledger.read.askByToken(token);
  return auditRefusal(deps, { origin: press, what: `send back ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecret(press.reason);
    const { policy } = await deps.policy();
    const seen = await askOrRefuse(deps.ledger.read, token);
    const { after, runs } = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read, wake }) => {
      const ask = await askOrRefuse(read, token);
      await assertMayAnswer(read, ask, { person: press.person, policy });
      const to = targetOf(ask, press);
      if (ask.pushedBack?.to === to && ask.pushedBack.by === press.person)
        return { events: [], result: { after: ask, runs: [] } };
      if (ask.answer !== null)
        throw new Refusal('already_answered', `${ask.answer.by} already answered at ${ask.answer.at.toISOString()}.`);
      await assertStillAsked(deps, read, ask);
      const reason = press.reason.trim();
      const events = await eventsOf(deps, { read, ask, to, press: { ...press, reason } });
      await wake(ask.run);
      const after: Ask = { ...ask, pushedBack: { to, reason, by: press.person, at: deps.now() } };
      return { events, result: { after, runs: runsIn(events) } };
    });
    await wakeAll(deps, [seen.run, ...runs]);
    return after;
  });
}

function targetOf({ pushBackTo }: Ask, { to, reason }: PushBackPress): StepId {
  const target = pushBackTo.find((step) => step === to);
  const allowed = pushBackTo.join(', ');
  if (pushBackTo.length === 0)
    throw new Refusal('no_push_back', 'The runbook lets nobody send this question back; answer it, or hand it over.');
  if (target === undefined)
    throw new Refusal('no_push_back', `This question may be sent back to ${allowed}; you named ${to}.`);
  if (reason.trim() === '')
    throw new Refusal('reason_required', 'Say why it is not possible yet; whoever is next reads it.');
  return target;
}

async function eventsOf(
  deps: EngineDeps,
  { read, ask, to, press }: { read: LedgerReader; ask: Ask; to: StepId; press: PushBackPress },
): Promise<LedgerEvent[]> {
  const run = await read.run(ask.run);
  if (run === null) throw new Refusal('unknown_run', `The run ${ask.run} of this question is gone.`);
  const course = { plan: deps.runbooks.planOf(run.runbook), run, now: deps.now() };
  assertAtRest(course);
  const { person: by, reason } = press;
  const records = resetAll(course, rerun(course, to), `${by} sent it back to ${to}: ${reason}`);
  return [
    { type: 'ask_pushed_back', ask: ask.id, to, reason, by },
    ...(await letGoAll(read, run, {
      steps: records.map((record) => record.step),
      reason: `${by} sent it back to ${to}`,
    })),
    { type: 'steps_reset', run: run.id, records, reason },
  ];
}
