import { stateOfItem } from '../domain/ask-progress.ts';
import { dueNow, nextLook } from '../domain/ask-reminders.ts';
import { REMINDER_BY_HAND } from '../domain/close-gate.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { Ask, AskAnswer } from '../domain/incident.ts';
import type { JsonObject } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import { AskOutputs, askOutputsOf } from './ask-outputs.ts';
import { askComplaints } from './ask-rules.ts';
import { AskWith } from './ask-with.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { deathByHand } from './death-by-hand.ts';
import { evidenceOf } from './evidence.ts';
import { foreseen } from './forecast.ts';
import { newQuestion, peopleToday } from './new-question.ts';

/** Under which kind the ledger keeps that a file was shown; its content names the file and its hash. */
const FILE_EVIDENCE = 'file_shown';

/**
 * Something only people can do or see: a question, a checklist or a form. A no ends the step, or (`no: waits`) stays on record while the
 * question is put again. The step wakes for each reminder and for the escalation, and sends them with the record of having woken, so that
 * a crash neither repeats nor loses one; then it waits on without a deadline, because an unanswered question is neither a yes nor a no.
 */
export const ask = defineStep({
  uses: 'ask',
  summary: 'Asks people a question, a checklist or a form, and waits for the answer, with evidence where it is wanted.',
  with: AskWith,
  outputs: AskOutputs,
  outputsOf: askOutputsOf,
  complaintsOf: askComplaints,
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'An answer is a record; it stays.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  forecast: async ({ question, assignee, escalate_to: next, settles }, context) => {
    if (assignee === undefined) return foreseen({ people: [{ who: [], for: question ?? 'a question' }] });
    const who = await peopleToday(assignee, context);
    const later = next === undefined ? [] : await peopleToday(next, context);
    return foreseen({
      calls: settles === undefined ? [] : [`ledger: after a yes, ${SETTLED[settles]}`],
      people: [
        { who, for: question ?? 'a question' },
        ...(later.length === 0 ? [] : [{ who: later, for: question ?? 'a question', later: true as const }]),
      ],
      ...(who.length === 0 && { problems: [nobodyToAsk(assignee)] }),
    });
  },
  perform: async (input, context) => {
    if (input.settles !== undefined && input.evidence === 'none')
      throw new PermanentFailure(
        `A yes that settles the ${input.settles} needs evidence: text, url or file. Correct the runbook.`,
      );
    const opened = await newQuestion(input, context);
    if (opened.assigned.length === 0)
      return {
        kind: 'failed',
        error: nobodyToAsk(input.assignee),
        events: [],
      };
    return waitFor(opened, [{ type: 'ask_opened', ask: opened }]);
  },
  resume: async (input, context) => {
    const { waiting } = context;
    const opened = waiting.kind === 'ask' ? await context.ledger.ask(waiting.id) : null;
    if (opened === null) throw new PermanentFailure('The question that this step waited for is not in the ledger.');
    if (opened.answer === null) return lookAgain(opened, context);
    if (!opened.answer.yes && input.no === 'waits') {
      const again = await newQuestion(input, context);
      return waitFor(again, [{ type: 'ask_opened', ask: again }]);
    }
    return conclude(opened, { answer: opened.answer, settles: input.settles ?? null, context });
  },
});

const SETTLED = {
  recovery: 'record that the incident is recovered from',
  reminder: 'keep as evidence that the reminder is there',
  death: 'record that the key of the run is revoked where it is issued, and proved dead',
};

function nobodyToAsk(assignee: string): string {
  return `Nobody can be asked: ${assignee} names no one in policy.yaml. Add people there, then retry this step.`;
}

function waitFor(opened: Ask, events: LedgerEvent[]): StepResult {
  return { kind: 'wait', waiting: { kind: 'ask', id: opened.id, until: nextLook(opened) }, events };
}

/** Nobody has answered yet: whoever is to be told now is told. */
async function lookAgain(opened: Ask, context: StepContext): Promise<StepResult> {
  const { reminder, escalate } = dueNow(opened, context.now());
  // Whoever left the policy meanwhile cannot answer any more, and need not be told.
  const today = await peopleToday(opened.assignee, context);
  const events: LedgerEvent[] = [];
  let after = opened;
  const { escalateTo } = opened.reminders;
  const isNobodys = reminder !== null && today.length === 0 && opened.escalation === null;
  if ((escalate || isNobodys) && escalateTo !== null) {
    const people = await peopleToday(escalateTo, context);
    events.push({ type: 'ask_escalated', ask: opened.id, to: escalateTo, people });
    after = { ...after, escalation: { to: escalateTo, people } };
  }
  if (reminder !== null) {
    const people = [...new Set([...today, ...(after.escalation?.people ?? [])])];
    events.push({ type: 'ask_reminded', ask: opened.id, nth: reminder, people });
    after = { ...after, reminded: reminder };
  }
  return waitFor(after, events);
}

interface Answered {
  answer: AskAnswer;
  settles: 'recovery' | 'reminder' | 'death' | null;
  context: StepContext;
}

async function conclude(opened: Ask, { answer, settles, context }: Answered): Promise<StepResult> {
  const { yes, evidence, by } = answer;
  if (yes)
    return {
      kind: 'done',
      outputs: { yes, evidence, by, ...filledIn(opened, answer) },
      events: [...fileShown(opened, answer, context), ...(await settlement(opened, { answer, settles, context }))],
    };
  const because = evidence.trim() === '' ? '' : `: ${evidence.trim()}`;
  return {
    kind: 'failed',
    error: `${by} answered no to "${opened.question}" at ${answer.at.toISOString()}${because}.`,
    events: [],
  };
}

function filledIn({ form, marks }: Ask, { answers = [] }: AskAnswer): JsonObject {
  switch (form.kind) {
    case 'question':
      return {};
    case 'checklist':
      return { items: Object.fromEntries(form.items.map(({ id }) => [id, stateOfItem(marks, id)])) };
    case 'form': {
      const given = new Map(answers.map(({ field, value }) => [field, value]));
      return { answers: Object.fromEntries(form.fields.map(({ id }) => [id, given.get(id) ?? null])) };
    }
    default:
      return form satisfies never;
  }
}

function fileShown({ question }: Ask, { file, by }: AskAnswer, context: StepContext): LedgerEvent[] {
  if (file === undefined) return [];
  return [{ type: 'evidence_captured', evidence: evidenceOf(FILE_EVIDENCE, { question, by, ...file }, context) }];
}

async function settlement({ question }: Ask, { answer, settles, context }: Answered): Promise<LedgerEvent[]> {
  const { incident } = context;
  if (settles === 'recovery')
    return incident === null || incident.recoveredAt !== null
      ? []
      : [{ type: 'incident_recovered', incident: incident.id }];
  if (settles === 'death') return deathByHand(answer, context);
  if (settles !== 'reminder') return [];
  const content = { question, by: answer.by, evidence: answer.evidence };
  return [{ type: 'evidence_captured', evidence: evidenceOf(REMINDER_BY_HAND, content, context) }];
}
