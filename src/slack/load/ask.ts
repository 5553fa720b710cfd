import { AskId } from '../../domain/ids.ts';
import type { Sources } from '../deps.ts';
import type { AskCard } from '../views/ask-card.ts';
import { displayNames, keyName } from './names.ts';

export async function loadAsk(sources: Sources, subject: string): Promise<AskCard | null> {
  const { ledger, now } = sources;
  const ask = await ledger.ask(AskId.parse(subject));
  if (ask === null) return null;
  const name = await displayNames(sources);
  const run = await ledger.run(ask.run);
  return {
    ...ask,
    key: await keyName(ledger, run?.key ?? null),
    runbook: run?.runbook.id ?? 'run',
    assignee: name(ask.assignee),
    assigned: ask.assigned.map(name),
    overdue: ask.dueAt !== null && ask.dueAt <= now(),
    answer: ask.answer === null ? null : { ...ask.answer, by: name(ask.answer.by) },
  };
}
