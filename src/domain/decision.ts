import { progressOf, progressText } from './ask-progress.ts';
import type { Ask, AskAnswer } from './incident.ts';

/** What people decided or stated in an incident, as the summary tells it. */
export interface Decision {
  question: string;
  outcome: string;
  by: string[];
  /** How it was made sure that it was them; empty where nobody has decided. */
  verified: string;
  at: Date | null;
  why: string;
}

// An answer needs no second factor: the account that gave it is what Slack or the machine vouches for.
const SIGNED_IN = 'by their account';

export function askDecision(ask: Ask): Decision {
  const { question, answer, pushedBack } = ask;
  if (pushedBack !== null) {
    const { to, by, at, reason } = pushedBack;
    return { question, outcome: `sent back to ${to}`, by: [by], verified: SIGNED_IN, at, why: reason };
  }
  if (answer === null) return { question, outcome: openOutcome(ask), by: [], verified: '', at: null, why: '' };
  const by = [...new Set([...ask.marks.map((mark) => mark.by), answer.by])];
  return { question, outcome: outcomeOf(ask, answer), by, verified: SIGNED_IN, at: answer.at, why: whyOf(ask, answer) };
}

function openOutcome(ask: Ask): string {
  const progress = progressOf(ask);
  return progress === null ? 'not answered' : `not finished (${progressText(progress)})`;
}

function outcomeOf(ask: Ask, { yes }: AskAnswer): string {
  const progress = progressOf(ask);
  if (progress !== null) return progressText(progress);
  return ask.form.kind === 'form' ? 'filled in' : yes ? 'yes' : 'no';
}

/** What was filled in, why items do not apply, and the evidence: a file by its name and hash. */
function whyOf({ marks, form }: Ask, { evidence, answers = [] }: AskAnswer): string {
  const fields = form.kind === 'form' ? form.fields : [];
  const label = (id: string) => fields.find((field) => field.id === id)?.label ?? id;
  const said = [
    ...answers.map(({ field, value }) => `${label(field)}: ${String(value)}`),
    ...marks.flatMap(({ item, reason }) => (reason === '' ? [] : [`${item}: ${reason}`])),
    evidence.trim(),
  ];
  return said.filter((text) => text !== '').join('; ');
}
