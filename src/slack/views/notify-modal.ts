import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { actions, bold, button, line, plain, textInput } from '../blocks.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';
import { letterBlocks, type OutsideNotice } from './outside-notice.ts';

export const NOTIFY_FORM = 'notify_outside';
export const SHOW_NOTICE = 'show_notice';

/** What the form brings back: of which incident, and what was shown when it was sent off. */
export const NotifyMetadata = z.object({ incident: z.string(), seen: z.string().nullable() });

/** Beside which field a refusal is said. */
export const NOTICE_FIELDS: ReadonlyMap<string, string> = new Map([
  ['bad_recipients', 'to'],
  ['secret_in_text', 'data'],
  ['reason_needed', 'reason'],
  ['unknown_template', 'template'],
  ['bad_template', 'template'],
  ['unreviewed_template', 'template'],
]);

export interface NoticeForm {
  incident: string;
  to: string;
  data: string;
  template: string;
  reason: string;
}

export type NoticePreview =
  | { kind: 'refused'; code: string; sentence: string }
  | {
      kind: 'shown';
      /** Null: nothing would leave the company. */
      letter: Pick<OutsideNotice, 'letter' | 'recipients' | 'hash'> | null;
      /** Who is told in Slack. */
      inside: readonly string[];
      /** Behind whom nobody is known. */
      unknown: readonly string[];
      /** Who is asked to approve it. */
      asked: readonly string[];
      problems: readonly string[];
      /** The same for the same text to the same people. */
      seen: string;
    };

/** Who is told outside and what is said of data integrity; which key and which replacement stand in the ledger. */
export function notifyModal(form: NoticeForm & { preview: NoticePreview | null; hint?: string }): ModalView {
  const { incident, to, data, template, reason, preview, hint } = form;
  const seen = preview?.kind === 'shown' ? preview.seen : null;
  return {
    type: 'modal',
    callback_id: NOTIFY_FORM,
    private_metadata: JSON.stringify({ incident, seen } satisfies z.infer<typeof NotifyMetadata>),
    title: plain('Tell people outside', LIMITS.viewTitle),
    submit: plain('Ask for approval', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(hint ?? 'Nothing leaves yet: somebody else reads every word and every address first.'),
      textInput({
        id: 'to',
        label: 'Who?',
        hint: 'callers, peers, or single ones such as contact:partner, with commas between',
        value: to,
        optional: false,
      }),
      textInput({
        id: 'data',
        label: 'Is data integrity at risk?',
        hint: 'One sentence that people outside may read. Never a key.',
        value: data,
        optional: false,
        multiline: true,
      }),
      textInput({
        id: 'template',
        label: 'Template',
        hint: 'A file of notices/ without .md; left empty, the one that what happened asks for',
        value: template,
        optional: true,
      }),
      textInput({ id: 'reason', label: 'Why now?', value: reason, optional: false }),
      ...actions('show', [button({ action: SHOW_NOTICE, token: incident, label: 'Show the text' })]),
      ...previewBlocks(preview),
    ],
  };
}

const MOST_NAMED = 10;

function previewBlocks(preview: NoticePreview | null): KnownBlock[] {
  if (preview === null)
    return [line('Say who, and what of data integrity: then this shows every word that would leave.')];
  if (preview.kind === 'refused') return [line(bold('It would not begin: '), cut(preview.sentence, 600))];
  const { letter, inside, unknown, asked, problems } = preview;
  return [
    ...problems.slice(0, 3).map((problem) => line(bold('In its way: '), cut(problem, 600))),
    ...(inside.length === 0 ? [] : [line(bold('Told in Slack at once: '), named(inside))]),
    ...(unknown.length === 0
      ? []
      : [
          line(
            bold('Nobody is known behind '),
            named(unknown),
            '. They are not told; see `contacts` in connections.yaml.',
          ),
        ]),
    ...(letter === null
      ? [line(bold('Nothing would leave the company.'))]
      : [line(bold('Has to agree: '), named(asked) || 'NOBODY who could'), ...letterBlocks(letter)]),
  ];
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const shown = names.slice(0, MOST_NAMED).map((name) => cut(name, 60));
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
