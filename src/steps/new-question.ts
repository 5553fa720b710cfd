import { type AskForm, NO_REMINDERS } from '../domain/ask-form.ts';
import { AskId, StepId } from '../domain/ids.ts';
import type { Ask } from '../domain/incident.ts';
import { newAsk } from '../domain/new-ask.ts';
import { peopleNamed } from '../domain/policy.ts';
import type { AskWith, Field } from './ask-with.ts';
import type { ForecastContext, StepContext } from './contract.ts';
import { keyOfRun } from './look-up.ts';
import { opaqueToken } from './opaque-token.ts';

/** A question as it is put now, to the people whom its assignee means today. */
export async function newQuestion(input: AskWith, context: StepContext): Promise<Ask> {
  return newAsk({
    id: AskId.parse(context.newId('ask')),
    run: context.run.id,
    step: StepId.parse(context.step.id),
    incident: context.run.incident,
    question: input.question,
    assignee: input.assignee,
    assigned: await peopleToday(input.assignee, context),
    evidence: input.evidence,
    form: formOf(input),
    reminders: {
      ...NO_REMINDERS,
      beforeMs: input.remind,
      againMs: input.again_every ?? null,
      most: input.at_most,
      escalateTo: input.escalate_to ?? null,
      escalateAfterMs: input.escalate_after ?? null,
    },
    pushBackTo: input.push_back_to.map((step) => StepId.parse(step)),
    token: opaqueToken(context.newId),
    createdAt: context.now(),
    dueAt: context.step.dueAt,
  });
}

export async function peopleToday(who: string, context: ForecastContext): Promise<Ask['assigned']> {
  const { policy } = await context.policy();
  const key = await keyOfRun(context);
  return [...peopleNamed(policy, [who], { owner: key?.owner ?? null, escalation: key?.escalation ?? null })].sort();
}

function formOf({ checklist, form }: AskWith): AskForm {
  if (checklist !== undefined)
    return {
      kind: 'checklist',
      items: checklist.map(({ id, text, required, may_not_apply }) => ({
        id,
        label: text,
        required,
        mayNotApply: may_not_apply,
      })),
    };
  if (form === undefined) return { kind: 'question' };
  return { kind: 'form', fields: Object.entries(form).map(([id, field]) => fieldOf(id, field)) };
}

const LONGEST = { text: 300, long_text: 3_000, url: 2_000 };

function fieldOf(id: string, { type, label, hint, required, min, max, values }: Field) {
  const longest = type === 'text' || type === 'long_text' || type === 'url' ? LONGEST[type] : null;
  return {
    id,
    type,
    label,
    hint: hint ?? null,
    required,
    min: min ?? null,
    max: max ?? longest,
    values: values ?? [],
  };
}
