import { askOver } from '../../domain/ask-over.ts';
import { progressOf } from '../../domain/ask-progress.ts';
import { AskId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import type { Run } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import type { AskCard } from '../views/ask-card.ts';
import { displayNames, keyName, type NameOf } from './names.ts';
import { planOrNull } from './run.ts';

export async function loadAsk(sources: Sources, subject: string): Promise<AskCard | null> {
  const { ledger, now } = sources;
  const ask = await ledger.ask(AskId.parse(subject));
  if (ask === null) return null;
  const name = await displayNames(sources);
  const run = await ledger.run(ask.run);
  const { id, token, question, form, createdAt, dueAt, pushedBack } = ask;
  return {
    id,
    token,
    question,
    kind: form.kind,
    key: await keyName(ledger, run?.key ?? null),
    runbook: run?.runbook.id ?? 'run',
    assignee: name(ask.assignee),
    assigned: ask.assigned.map(name),
    createdAt,
    dueAt,
    overdue: dueAt !== null && dueAt <= now(),
    reminds: false,
    progress: progressOf(ask),
    escalated: ask.escalation?.people.map(name) ?? [],
    mayPushBack: ask.pushBackTo.length > 0,
    pushedBack: pushedBack === null ? null : { ...pushedBack, by: name(pushedBack.by) },
    over: run === null ? null : whyOver(sources, { ask, run }),
    answer: answerOf(ask, name),
  };
}

/** When the card looks different although nobody has done anything. */
export function whenOverdue({ dueAt, overdue, answer, over, pushedBack }: AskCard): Date | null {
  return overdue || answer !== null || over !== null || pushedBack !== null ? null : dueAt;
}

function whyOver(sources: Sources, { ask, run }: { ask: Ask; run: Run }): string | null {
  const over = askOver(ask, run, () => planOrNull(sources, run));
  return over === null || over.code === 'pushed_back' ? null : over.sentence;
}

/** The message that reminds of a question: `<ask>.<number>`. */
export async function loadReminder(sources: Sources, subject: string): Promise<AskCard | null> {
  const ask = await loadAsk(sources, subject.replace(/\.\d+$/, ''));
  return ask === null ? null : { ...ask, reminds: true };
}

function answerOf({ form, answer }: Ask, name: NameOf): AskCard['answer'] {
  if (answer === null) return null;
  const { yes, evidence, by, at, answers = [] } = answer;
  const fields = form.kind === 'form' ? form.fields : [];
  const filled = answers.map(({ field, value }) => {
    const asked = fields.find((one) => one.id === field);
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    return { label: asked?.label ?? field, value: asked?.type === 'person' ? name(text) : text };
  });
  return { yes, evidence, by: name(by), at, filled };
}
