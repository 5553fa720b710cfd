import { marksOf } from '../../domain/ask-marks.ts';
import { progressOf } from '../../domain/ask-progress.ts';
import type { Ask } from '../../domain/incident.ts';
import type { PeopleEvent } from '../../domain/people-event.ts';
import { Refusal } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import type { MarkPress } from '../engine.ts';
import { decisionContext, wakeSoon } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { answeredWith, evidenceIn } from './answer.ts';
import { askOrRefuse, assertMayAnswer, assertNoSecret, assertStillAsked } from './open-ask.ts';

/**
 * Ticks items of a checklist, says that they do not apply, or takes that back. What is ticked stays ticked, whatever comes; with the last
 * required item the list is answered in the same transaction.
 */
export async function mark(deps: EngineDeps, token: string, press: MarkPress): Promise<Ask> {
  const known = await deps.ledger.read.askByToken(token);
  return auditRefusal(deps, { origin: press, what: `tick items of ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecret([press.evidence, press.file, press.items]);
    const { policy } = await deps.policy();
    const seen = await askOrRefuse(deps.ledger.read, token);
    const marked = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const ask = await askOrRefuse(read, token);
      await assertMayAnswer(read, ask, { person: press.person, policy });
      const marks = marksOf(ask, press.items, press.person);
      if (ask.answer !== null) return { events: [], result: untouched(ask, marks) };
      await assertStillAsked(deps, read, ask);
      const after = withMarks(ask, marks, deps.now());
      const answered = answerWhenDone(after, press);
      if (answered === null) return { events: marks, result: after };
      return { events: [...marks, answered], result: answeredWith(after, answered, deps.now()) };
    });
    await wakeSoon(deps, seen.run);
    return marked;
  });
}

type Marked = Extract<PeopleEvent, { type: 'ask_marked' }>;
type Answered = Extract<PeopleEvent, { type: 'ask_answered' }>;

function untouched(ask: Ask, marks: readonly Marked[]): Ask {
  if (marks.length === 0 || ask.answer === null) return ask;
  throw new Refusal(
    'already_answered',
    `${ask.answer.by} already finished this list at ${ask.answer.at.toISOString()}.`,
  );
}

function withMarks(ask: Ask, marks: readonly Marked[], at: Date): Ask {
  const touched = new Set(marks.map(({ item }) => item));
  const kept = ask.marks.filter(({ item }) => !touched.has(item));
  const fresh = marks.flatMap(({ item, mark: state, reason, by }) =>
    state === 'open' ? [] : [{ item, mark: state, reason, by, at }],
  );
  return { ...ask, marks: [...kept, ...fresh] };
}

function answerWhenDone(after: Ask, press: MarkPress): Answered | null {
  const progress = progressOf(after);
  if (progress === null || progress.left.length > 0) return null;
  const { person: by, file } = press;
  return {
    type: 'ask_answered',
    ask: after.id,
    yes: true,
    by,
    ...evidenceIn(after, press, true),
    ...(file && { file }),
  };
}
