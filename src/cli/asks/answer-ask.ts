import { progressOf, progressText } from '../../domain/ask-progress.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { givenOrAsked } from '../ask.ts';
import type { Rekey } from '../with-rekey.ts';
import { fieldsGiven, fillForm } from './fill-form.ts';
import { keepEvidence } from './keep-evidence.ts';
import { changesWanted } from './tick-items.ts';

export interface AnswerOptions {
  no?: boolean;
  evidence?: string;
  file?: string;
  tick?: string[];
  untick?: string[];
  notApplicable?: string[];
  set?: string[];
}

/** Answers a question, ticks items of a checklist or fills in a form, with the options given or asked on the terminal. */
export async function answerAsk(
  { engine, origin, config }: Rekey,
  { ask, person }: { ask: Ask; person: PersonId },
  wanted: AnswerOptions,
): Promise<Ask> {
  const { question, form, token } = await engine.question(ask.token, person);
  process.stderr.write(`${question}\n`);
  const who = { ...origin(), person };
  if (form.kind === 'checklist') {
    const items = await changesWanted(ask, ticksOf(wanted));
    return engine.mark(token, { ...who, items, ...shownOf(config.dataDir, wanted) });
  }
  const fields = form.kind === 'form' ? await fillForm(form.fields, fieldsGiven(wanted.set ?? [])) : {};
  const evidence = await evidenceFor(ask, wanted);
  return engine.answer(token, {
    ...who,
    yes: wanted.no !== true,
    fields,
    ...shownOf(config.dataDir, { ...wanted, evidence }),
  });
}

function ticksOf({ tick = [], untick = [], notApplicable = [] }: AnswerOptions) {
  return { tick, untick, notApplicable };
}

function shownOf(dataDir: string, { evidence = '', file }: AnswerOptions) {
  return { evidence, ...(file !== undefined && { file: keepEvidence(dataDir, file) }) };
}

async function evidenceFor(ask: Ask, { evidence, file }: AnswerOptions): Promise<string> {
  if (ask.evidence === 'none' || ask.evidence === 'file' || file !== undefined) return evidence ?? '';
  return givenOrAsked(evidence, { option: '--evidence', question: 'What shows it?' });
}

/** What came of it, in one line. */
export function toldOf(ask: Ask, after: Ask): string {
  const progress = progressOf(after);
  if (progress === null) return 'Recorded.';
  const left = progress.left.map(({ id }) => id).join(', ');
  return left === ''
    ? `Done: ${progressText(progress)}.`
    : `Kept: ${progressText(progress)}; open: ${left}. (${ask.id})`;
}
