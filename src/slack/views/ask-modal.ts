import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { EvidenceKind } from '../../domain/ask-form.ts';
import type { ItemState } from '../../domain/ask-marks.ts';
import { stateOfItem } from '../../domain/ask-progress.ts';
import type { Ask } from '../../domain/incident.ts';
import type { NoLeadsTo } from '../../engine/engine.ts';
import { bold, line, plain, radio, textInput } from '../blocks.ts';
import { personInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';
import { checklistInputs, fieldInput } from './ask-form.ts';

export const ANSWER_FORM = 'answer';

/**
 * Which question, and what its items were when they were shown, one sign each in their order: only what somebody changed there is said by the
 * submission. Signs and not ids: Slack takes 3 000 characters here.
 */
export const AnswerMetadata = z.object({ token: z.string(), shown: z.string().default('') });
export type AnswerMetadata = z.infer<typeof AnswerMetadata>;

type Asked = Pick<Ask, 'token' | 'question' | 'evidence' | 'form' | 'marks'> & { no: NoLeadsTo };

/** The question, checklist or form as a modal. `note`: why it is shown again. */
export function answerModal(ask: Asked, note: string | null = null): ModalView {
  const title = { question: 'Answer', checklist: 'Checklist', form: 'Form' }[ask.form.kind];
  return {
    type: 'modal',
    callback_id: ANSWER_FORM,
    private_metadata: JSON.stringify(metadataOf(ask)),
    title: plain(title, LIMITS.viewTitle),
    submit: plain(ask.form.kind === 'checklist' ? 'Save' : 'Send', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      ...(note === null ? [] : [line(bold(cut(note, 600)))]),
      line(bold(cut(ask.question, 400))),
      ...inputsOf(ask),
      ...evidenceInputs(ask.evidence),
    ],
  };
}

const SIGNS = { open: '.', done: 'd', not_applicable: 'n' } as const;

function metadataOf({ token, form, marks }: Asked): AnswerMetadata {
  const items = form.kind === 'checklist' ? form.items : [];
  return { token, shown: items.map(({ id }) => SIGNS[stateOfItem(marks, id)]).join('') };
}

/** What the item at this place was when the modal was opened. */
export function stateShown({ shown }: AnswerMetadata, index: number): ItemState {
  const sign = shown.charAt(index);
  return sign === SIGNS.done ? 'done' : sign === SIGNS.not_applicable ? 'not_applicable' : 'open';
}

function inputsOf({ form, marks, no }: Asked): KnownBlock[] {
  switch (form.kind) {
    case 'question':
      return [
        radio({
          id: 'answer',
          label: 'Your answer',
          options: [
            { value: 'yes', label: 'Yes' },
            { value: 'no', ...NO[no] },
          ],
        }),
      ];
    case 'checklist':
      return checklistInputs(form.items, marks);
    case 'form':
      return form.fields.map(fieldInput);
    default:
      return form satisfies never;
  }
}

function evidenceInputs(evidence: EvidenceKind): KnownBlock[] {
  const { label, hint } = EVIDENCE[evidence];
  const words = textInput({ id: 'evidence', label, hint, optional: true, multiline: evidence !== 'url' });
  if (evidence !== 'file') return [words];
  return [
    textInput({ id: 'file_name', label: 'File that shows it', hint: 'Its name, such as deploy.log.', optional: true }),
    textInput({
      id: 'file_hash',
      label: 'SHA-256 of the file',
      hint: '64 hex digits, as sha256sum prints them.',
      optional: true,
    }),
    textInput({
      id: 'file_kept',
      label: 'Where it is kept',
      hint: 'Where somebody finds it next year.',
      optional: true,
    }),
    words,
  ];
}

const NO = {
  ends: { label: 'No', description: 'No takes back what can be taken back and ends the run.' },
  goes_on: { label: 'No', description: 'The step fails, and the run goes on without it.' },
  waits: { label: 'Not yet', description: 'Not yet: the question stays open.' },
} as const;

const REMARK = { label: 'Remark', hint: 'Goes into the summary. Never paste a key here.' };
const EVIDENCE = {
  none: REMARK,
  file: REMARK,
  text: { label: 'How do you know?', hint: 'One line; it goes into the summary. Never paste a key here.' },
  url: { label: 'Link that shows it', hint: 'For instance https://ci.example.com/deploy/42. Never paste a key here.' },
} as const;

export const HAND_OVER_FORM = 'hand_over';

export function handOverModal({ token, question }: Pick<Ask, 'token' | 'question'>): ModalView {
  return {
    type: 'modal',
    callback_id: HAND_OVER_FORM,
    private_metadata: token,
    title: plain('Hand over', LIMITS.viewTitle),
    submit: plain('Hand over', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(cut(question, 400))),
      personInput({ id: 'to', label: 'Who takes it over?', hint: 'Somebody whom policy.yaml knows.', optional: false }),
      textInput({
        id: 'reason',
        label: 'Why?',
        hint: 'Stands in the audit beside your name.',
        optional: true,
        multiline: true,
      }),
    ],
  };
}

export const PUSH_BACK_FORM = 'push_back';

export function pushBackModal({
  token,
  question,
  pushBackTo,
}: Pick<Ask, 'token' | 'question' | 'pushBackTo'>): ModalView {
  return {
    type: 'modal',
    callback_id: PUSH_BACK_FORM,
    private_metadata: token,
    title: plain('Send back', LIMITS.viewTitle),
    submit: plain('Send back', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold(cut(question, 400))),
      line('The step that you choose and everything after it is done again.'),
      radio({
        id: 'to',
        label: 'Back to which step?',
        options: pushBackTo.slice(0, LIMITS.radioOptions).map((step) => ({ value: step, label: step })),
      }),
      textInput({
        id: 'reason',
        label: 'Why is it not possible yet?',
        hint: 'Whoever does that step again reads it. Never paste a key here.',
        optional: false,
        multiline: true,
      }),
    ],
  };
}
