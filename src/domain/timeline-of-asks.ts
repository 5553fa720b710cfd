import type { Told } from './told.ts';

export type ToldOfAsk = Extract<Told, { type: `ask_${string}` }>;

export function isAboutAsk(event: Told): event is ToldOfAsk {
  return event.type.startsWith('ask_');
}

/** One sentence on what became of a question that people were asked. */
export function sentenceForAsk(event: ToldOfAsk, name: (id: string) => string): string {
  switch (event.type) {
    case 'ask_opened':
      return `${event.ask.assigned.join(', ')} was asked: "${event.ask.question}"${event.ask.dueAt === null ? '' : ` (due ${event.ask.dueAt})`}.`;
    case 'ask_answered':
      return answered(event, name(event.ask));
    case 'ask_marked':
      return `${event.by} ${MARKED[event.mark]} "${event.item}" of "${name(event.ask)}"${because(event.reason)}.`;
    case 'ask_reminded':
      return `${event.people.join(', ') || 'Nobody'} was reminded of "${name(event.ask)}".`;
    case 'ask_escalated':
      return `"${name(event.ask)}" is overdue and was put to ${event.people.join(', ')} too (${event.to}).`;
    case 'ask_handed_over':
      return `${event.by} handed "${name(event.ask)}" over to ${event.to}${because(event.reason)}.`;
    case 'ask_pushed_back':
      return `${event.by} sent "${name(event.ask)}" back to step ${event.to}${because(event.reason)}.`;
    default:
      return event satisfies never;
  }
}

const MARKED = {
  done: 'ticked',
  not_applicable: 'said that it does not apply:',
  open: 'took back the mark of',
} as const;

function answered({ by, yes, evidence, answers }: Extract<ToldOfAsk, { type: 'ask_answered' }>, ask: string): string {
  if (answers === undefined) return `${by} answered ${yes ? 'yes' : 'no'} to "${ask}"${because(evidence)}.`;
  const filled = answers.map(({ field, value }) => `${field} ${String(value)}`).join('; ') || 'nothing';
  return `${by} filled in "${ask}": ${filled}${evidence.trim() === '' ? '' : `; evidence: ${evidence.trim()}`}.`;
}

function because(text: string): string {
  return text.trim() === '' ? '' : `: ${text.trim()}`;
}
