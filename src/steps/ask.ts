import { z } from 'zod';
import { REMINDER_BY_HAND } from '../domain/close-gate.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { AskId, StepId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import { peopleNamed } from '../domain/policy.ts';
import { PermanentFailure } from '../errors.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { evidenceOf } from './evidence.ts';
import { peopleText, whoText } from './fields.ts';
import { keyOfRun } from './look-up.ts';
import { opaqueToken } from './opaque-token.ts';
import { recovery } from './recovery.ts';

/** What a no leads to. */
export const NoOfAsk = z.enum(['fails', 'waits']);

const With = z.strictObject({
  question: peopleText.describe('A question that can be answered with yes or no.'),
  assignee: whoText.describe('Who answers: a person, group:<name>, owner or escalation.'),
  evidence: z.enum(['none', 'text', 'url']).default('none').describe('What has to come with a yes.'),
  no: NoOfAsk.default('fails').describe(
    'What a no leads to. fails: the step fails; waits: the no stays on record and the question is put again.',
  ),
  settles: z
    .enum(['recovery', 'reminder', 'death'])
    .optional()
    .describe(
      'What a yes stands for where Rekey has no proof of its own, under the name of who answers; needs evidence. death: the run’s key was seen rejected.',
    ),
});

/**
 * Something only people can do or see. A no ends the step, or (`no: waits`) stays on record while the question is put again. When it is overdue (`due`) the step wakes once, so that the run's and the
 * incident's messages are written anew and say so; then it waits on without a deadline, because an unanswered question is neither a yes
 * nor a no.
 */
export const ask = defineStep({
  uses: 'ask',
  summary: 'Asks a person a yes-or-no question and waits for the answer, with evidence where it is wanted.',
  with: With,
  outputs: z.strictObject({
    yes: z.boolean(),
    evidence: z.string().describe('What the person gave as evidence; empty when none was asked for.'),
    by: z.string().describe('Who answered.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'An answer is a record; it stays.' },
  timeoutMs: 15_000,
  rehearsal: 'real',
  perform: async (input, context) => {
    if (input.settles !== undefined && input.evidence === 'none')
      throw new PermanentFailure(
        `A yes that settles the ${input.settles} needs evidence: text or url. Correct the runbook.`,
      );
    const opened = await newAsk(input, context);
    if (opened.assigned.length === 0)
      return {
        kind: 'failed',
        error: `Nobody can be asked: ${input.assignee} names no one in policy.yaml. Add people there, then retry this step.`,
        events: [],
      };
    return {
      kind: 'wait',
      waiting: { kind: 'ask', id: opened.id, until: opened.dueAt },
      events: [{ type: 'ask_opened', ask: opened }],
    };
  },
  resume: async (input, context) => {
    const { waiting } = context;
    const opened = waiting.kind === 'ask' ? await context.ledger.ask(waiting.id) : null;
    if (opened === null) throw new PermanentFailure('The question that this step waited for is not in the ledger.');
    if (opened.answer === null) return waitFor(opened, [], context);
    if (!opened.answer.yes && input.no === 'waits') {
      const again = await newAsk(input, context);
      return waitFor(again, [{ type: 'ask_opened', ask: again }], context);
    }
    return conclude(opened, { answer: opened.answer, settles: input.settles ?? null, context });
  },
});

function waitFor({ id, dueAt }: Ask, events: LedgerEvent[], { now }: StepContext): StepResult {
  const overdue = dueAt !== null && dueAt.getTime() <= now().getTime();
  return { kind: 'wait', waiting: { kind: 'ask', id, until: overdue ? null : dueAt }, events };
}

async function newAsk(input: z.output<typeof With>, context: StepContext): Promise<Ask> {
  const { policy } = await context.policy();
  const key = await keyOfRun(context);
  const subject = { owner: key?.owner ?? null, escalation: key?.escalation ?? null };
  return {
    id: AskId.parse(context.newId('ask')),
    run: context.run.id,
    step: StepId.parse(context.step.id),
    incident: context.run.incident,
    question: input.question,
    assignee: input.assignee,
    assigned: [...peopleNamed(policy, [input.assignee], subject)].sort(),
    evidence: input.evidence,
    token: opaqueToken(context.newId),
    createdAt: context.now(),
    dueAt: context.step.dueAt,
    answer: null,
  };
}

interface Answered {
  answer: NonNullable<Ask['answer']>;
  settles: 'recovery' | 'reminder' | 'death' | null;
  context: StepContext;
}

async function conclude(opened: Ask, { answer, settles, context }: Answered): Promise<StepResult> {
  const { yes, evidence, by } = answer;
  if (yes)
    return {
      kind: 'done',
      outputs: { yes, evidence, by },
      events: await settlement(opened, { answer, settles, context }),
    };
  const because = evidence.trim() === '' ? '' : `: ${evidence.trim()}`;
  return {
    kind: 'failed',
    error: `${by} answered no to "${opened.question}" at ${answer.at.toISOString()}${because}.`,
    events: [],
  };
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

async function deathByHand({ by, evidence }: Answered['answer'], context: StepContext): Promise<LedgerEvent[]> {
  const key = await keyOfRun(context);
  if (key === null) return [];
  return [
    { type: 'key_proved_dead', key: key.id, how: `${by} showed it: ${evidence}` },
    ...(await recovery({ ...key, provedDeadAt: context.now() }, context)),
  ];
}
