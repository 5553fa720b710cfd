import { fileText, missingEvidence, type ReadForm, readForm } from '../../domain/ask-answers.ts';
import type { FieldAnswer } from '../../domain/ask-form.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import type { Ask, AskAnswer } from '../../domain/incident.ts';
import type { PeopleEvent } from '../../domain/people-event.ts';
import type { Policy } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import type { AnswerPress } from '../engine.ts';
import { decisionContext, wakeSoon } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { FormRefused } from './form-refused.ts';
import { askOrRefuse, assertMayAnswer, assertNoSecret, assertStillAsked } from './open-ask.ts';

type Answered = Extract<PeopleEvent, { type: 'ask_answered' }>;

/**
 * The same answer twice is fine, a different second one is refused and names the first, and of two that race one wins. The answer is
 * durable before the run is woken, so whatever becomes of the run, nobody is asked twice.
 */
export async function answer(deps: EngineDeps, token: string, press: AnswerPress): Promise<Ask> {
  const known = await deps.ledger.read.askByToken(token);
  return auditRefusal(deps, { origin: press, what: `answer ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecret([press.evidence, press.fields, press.file]);
    const { policy } = await deps.policy();
    const seen = await askOrRefuse(deps.ledger.read, token);
    const answered = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const ask = await askOrRefuse(read, token);
      await assertMayAnswer(read, ask, { person: press.person, policy });
      if (ask.form.kind === 'checklist')
        throw new Refusal(
          'not_a_question',
          'This is a checklist: tick its items, and it is answered with the last one.',
        );
      const said = saidIn(ask, press, policy);
      if (ask.answer !== null) return { events: [], result: sameAnswer(ask, ask.answer, said) };
      await assertStillAsked(deps, read, ask);
      const event = answerOf(ask, press, said);
      return { events: [event], result: answeredWith(ask, event, deps.now()) };
    });
    await wakeSoon(deps, seen.run);
    return answered;
  });
}

interface Said {
  yes: boolean;
  /** Null for a question. */
  form: ReadForm | null;
}

function saidIn({ form }: Ask, { yes, fields = {} }: AnswerPress, { people }: Policy): Said {
  if (form.kind !== 'form') return { yes, form: null };
  return { yes: true, form: readForm(form.fields, fields, (name) => Object.hasOwn(people, name)) };
}

function answerOf(ask: Ask, press: AnswerPress, { yes, form }: Said): Answered {
  const { person: by, file } = press;
  if (form?.kind === 'wrong') throw new FormRefused(form.fields);
  const answers = form === null ? {} : { answers: form.answers };
  return {
    type: 'ask_answered',
    ask: ask.id,
    yes,
    by,
    ...answers,
    ...evidenceIn(ask, press, yes),
    ...(file && { file }),
  };
}

/** In words, a file too; a no needs none that is of a certain kind. Refusal `evidence_needed`. */
export function evidenceIn(
  ask: Pick<Ask, 'evidence'>,
  { evidence, file = null }: Pick<AnswerPress, 'evidence'> & { file?: AnswerPress['file'] | null },
  yes: boolean,
): { evidence: string } {
  const wanted = !yes && ask.evidence === 'file' ? 'none' : ask.evidence;
  const missing = missingEvidence(wanted, { evidence, file: file ?? null });
  if (missing !== null) throw new Refusal('evidence_needed', missing);
  const words = [evidence.trim(), ...(file === null ? [] : [fileText(file)])].filter((text) => text !== '');
  return { evidence: words.join('; ') };
}

export function answeredWith(ask: Ask, event: Answered, at: Date): Ask {
  const { type: _type, ask: _ask, ...said } = event;
  return { ...ask, answer: { ...said, at } };
}

function sameAnswer(ask: Ask, first: AskAnswer, { yes, form }: Said): Ask {
  const second = form?.kind === 'read' ? form.answers : [];
  const isWhole = form === null || form.kind === 'read';
  if (first.yes === yes && isWhole && canonicalJson(first.answers ?? []) === canonicalJson(second)) return ask;
  const what = ask.form.kind === 'form' ? 'filled this in' : `answered ${first.yes ? 'yes' : 'no'}`;
  throw new Refusal(
    'already_answered',
    `${first.by} already ${what} at ${first.at.toISOString()}.${differing(first, second)}`,
  );
}

/** Which fields the two say different things about. */
function differing(first: AskAnswer, answers: readonly FieldAnswer[]): string {
  const before = new Map((first.answers ?? []).map(({ field, value }) => [field, value]));
  const after = new Map(answers.map(({ field, value }) => [field, value]));
  const fields = [...new Set([...before.keys(), ...after.keys()])].filter(
    (field) => before.get(field) !== after.get(field),
  );
  if (fields.length === 0) return '';
  const said = fields.map((field) => `${field}: ${String(before.get(field) ?? 'nothing')}`);
  return ` It stays as it is (${said.join('; ')}); yours was not kept.`;
}
