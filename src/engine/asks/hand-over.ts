import type { LedgerEvent } from '../../domain/event.ts';
import type { Ask } from '../../domain/incident.ts';
import { peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import type { HandOverPress } from '../engine.ts';
import { decisionContext } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { askOrRefuse, assertMayAnswer, assertNoSecret, assertStillAsked } from './open-ask.ts';

/** Whoever may answer a question can give it to somebody else: a person or a group of policy.yaml. On record, with the reason. */
export async function handOver(deps: EngineDeps, token: string, press: HandOverPress): Promise<Ask> {
  const known = await deps.ledger.read.askByToken(token);
  return auditRefusal(deps, { origin: press, what: `hand over ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecret(press.reason);
    const { policy } = await deps.policy();
    const people = [...peopleNamed(policy, [press.to], { owner: null, escalation: null })].sort();
    const seen = await askOrRefuse(deps.ledger.read, token);
    return deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const ask = await askOrRefuse(read, token);
      await assertMayAnswer(read, ask, { person: press.person, policy });
      if (people.length === 0)
        throw new Refusal(
          'unknown_person',
          `${press.to} is nobody in policy.yaml, so the question stays with ${ask.assignee}. Name a person or group:<name> from there.`,
        );
      if (ask.answer !== null)
        throw new Refusal('already_answered', `${ask.answer.by} already answered at ${ask.answer.at.toISOString()}.`);
      await assertStillAsked(deps, read, ask);
      const after = { ...ask, assignee: press.to, assigned: people };
      if (ask.assignee === press.to) return { events: [], result: after };
      const { to, reason, person: by } = press;
      const event: LedgerEvent = { type: 'ask_handed_over', ask: ask.id, to, people, reason: reason.trim(), by };
      return { events: [event], result: after };
    });
  });
}
