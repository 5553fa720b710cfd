import type { FileReference } from '../../domain/ask-form.ts';
import type { ItemChange, ItemState } from '../../domain/ask-marks.ts';
import type { Ask } from '../../domain/incident.ts';
import { FormRefused } from '../../engine/asks/form-refused.ts';
import { Refusal } from '../../errors.ts';
import type { Desk, FormAnswer, Moment } from '../moment.ts';
import { blockOf, DONE_BLOCK, NOT_APPLICABLE_BLOCK } from '../views/ask-form.ts';
import { ANSWER_FORM, AnswerMetadata, answerModal, stateShown } from '../views/ask-modal.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';
import { openQuestion } from './open-question.ts';
import { personChosen } from './person-chosen.ts';

export const answerButton: SlackAction = {
  action: 'answer',
  press: async (token, moment, desk) => {
    const ask = await openQuestion(token, moment, desk);
    await openOrAskAgain(answerModal(ask), moment, 'Answer');
  },
};

type Values = Readonly<Record<string, string>>;
interface Submitted {
  ask: Ask;
  shown: AnswerMetadata;
  values: Values;
  evidence: { evidence: string; file?: FileReference };
}

export const answerForm: SlackForm = {
  form: ANSWER_FORM,
  submit: async ({ metadata, values }, moment, desk) => {
    const shown = readMetadata(metadata);
    const ask = await desk.engine.question(shown.token, moment.person);
    const file = ask.evidence === 'file' ? readFile(values) : { kind: 'none' as const };
    if (file.kind === 'wrong') return { kind: 'errors', errors: file.errors };
    const evidence = { evidence: values.evidence ?? '', ...(file.kind === 'file' && { file: file.file }) };
    try {
      return await say({ ask, shown, values, evidence }, moment, desk);
    } catch (error) {
      return inModal(error, { token: shown.token, moment, desk, ask });
    }
  },
};

async function say(submitted: Submitted, moment: Moment, desk: Desk): Promise<FormAnswer> {
  const { ask, shown, values, evidence } = submitted;
  const press = { ...moment.origin, person: moment.person, ...evidence };
  if (ask.form.kind === 'checklist') {
    await desk.engine.mark(shown.token, { ...press, items: changesIn(submitted) });
    return { kind: 'close' };
  }
  if (ask.form.kind === 'form') {
    const fields = await fieldsIn(submitted, desk);
    if ('errors' in fields) return { kind: 'errors', errors: fields.errors };
    await desk.engine.answer(shown.token, { ...press, yes: true, fields: fields.texts });
    return { kind: 'close' };
  }
  const { answer } = values;
  if (answer !== 'yes' && answer !== 'no') return { kind: 'errors', errors: { answer: 'Choose yes or no.' } };
  await desk.engine.answer(shown.token, { ...press, yes: answer === 'yes' });
  return { kind: 'close' };
}

/** A modal that an older Rekey opened carries the token alone. */
function readMetadata(metadata: string): AnswerMetadata {
  return metadata.startsWith('{') ? AnswerMetadata.parse(JSON.parse(metadata)) : { token: metadata, shown: '' };
}

function changesIn({ ask, shown, values }: Submitted): ItemChange[] {
  const items = ask.form.kind === 'checklist' ? ask.form.items : [];
  const chosen = (block: string) =>
    new Set(Object.entries(values).flatMap(([name, value]) => (name.startsWith(block) ? value.split(',') : [])));
  const [done, notApplicable] = [chosen(DONE_BLOCK), chosen(NOT_APPLICABLE_BLOCK)];
  return items.flatMap(({ id, label }, index) => {
    if (done.has(id) && notApplicable.has(id))
      throw new Refusal('both_marked', `"${label}" is either done or does not apply. Tick one of the two.`);
    const to: ItemState = done.has(id) ? 'done' : notApplicable.has(id) ? 'not_applicable' : 'open';
    const saw = stateShown(shown, index);
    return to === saw ? [] : [{ item: id, to, saw, reason: values.reason ?? '' }];
  });
}

async function fieldsIn(
  { ask, values }: Submitted,
  desk: Desk,
): Promise<{ texts: Record<string, string> } | { errors: Record<string, string> }> {
  const texts: Record<string, string> = {};
  for (const { id, type } of ask.form.kind === 'form' ? ask.form.fields : []) {
    const text = values[blockOf(id)] ?? '';
    const person = type === 'person' && text !== '' ? await personChosen(text, desk) : null;
    if (person?.kind === 'unknown') return { errors: { [blockOf(id)]: person.sentence } };
    texts[id] = person === null ? text : person.person;
  }
  return { texts };
}

type ReadFile =
  | { kind: 'none' }
  | { kind: 'file'; file: FileReference }
  | { kind: 'wrong'; errors: Record<string, string> };

function readFile({ file_name = '', file_hash = '', file_kept = '' }: Values): ReadFile {
  const [name, hash, kept] = [file_name.trim(), file_hash.trim().toLowerCase(), file_kept.trim()];
  if (`${name}${hash}${kept}` === '') return { kind: 'none' };
  const errors = {
    ...(name === '' || name.length > 200 ? { file_name: 'Write the name of the file, at most 200 characters.' } : {}),
    ...(/^[0-9a-f]{64}$/.test(hash) ? {} : { file_hash: 'Write the SHA-256 of the file: 64 hex digits.' }),
    ...(kept === '' || kept.length > 300 ? { file_kept: 'Write where the file is kept, at most 300 characters.' } : {}),
  };
  if (Object.keys(errors).length > 0) return { kind: 'wrong', errors };
  return { kind: 'file', file: { name, sha256: hash, bytes: null, kept } };
}

/** What can be mended in the modal is said beside its field; what somebody else did meanwhile is shown anew. */
async function inModal(
  error: unknown,
  { token, moment, desk, ask }: { token: string; moment: Moment; desk: Desk; ask: Ask },
): Promise<FormAnswer> {
  if (error instanceof FormRefused)
    return {
      kind: 'errors',
      errors: Object.fromEntries(Object.entries(error.fields).map(([field, sentence]) => [blockOf(field), sentence])),
    };
  if (!(error instanceof Refusal)) throw error;
  const block = {
    evidence_needed: ask.evidence === 'file' ? 'file_name' : 'evidence',
    reason_required: 'reason',
    both_marked: `${DONE_BLOCK}0`,
  }[error.code];
  if (block !== undefined) return { kind: 'errors', errors: { [block]: error.message } };
  if (error.code !== 'already_marked') throw error;
  const now = await desk.engine.question(token, moment.person);
  return { kind: 'show', view: answerModal(now, error.message), say: error.message };
}
