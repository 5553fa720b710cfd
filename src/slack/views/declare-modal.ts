import type { InputBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import type { Incident } from '../../domain/incident.ts';
import { line, plain, radio, textInput } from '../blocks.ts';
import { instantInput, keyInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';
import { SEVERITIES } from './incident-forms.ts';
import { KEY_PICKER } from './rotate-modal.ts';

export const DECLARE_FORM = 'declare_incident';
/** The field is `key`, as in the form that replaces one; the menu of this one offers every key that somebody may know of. */
export const INCIDENT_KEY_PICKER = 'incident_key';

/** The message that it is declared from, by its place alone, and where the answer goes. */
export const DeclareMetadata = z.object({
  channel: z.string(),
  from: z.object({ channel: z.string(), ts: z.string(), author: z.string().nullable() }).nullable(),
});
export type DeclareMetadata = z.infer<typeof DeclareMetadata>;

export interface DeclareModal extends DeclareMetadata {
  title: string;
  severity: Incident['severity'] | null;
  key: string | null;
  what: string;
  happenedAt: Date | null;
  hint: string | null;
}

export function declareModal(form: DeclareModal): ModalView {
  const { channel, from, title, severity, key, what, happenedAt, hint } = form;
  return {
    type: 'modal',
    callback_id: DECLARE_FORM,
    private_metadata: JSON.stringify({ channel, from } satisfies DeclareMetadata),
    title: plain('Declare an incident', LIMITS.viewTitle),
    submit: plain('Declare', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      ...(hint === null ? [] : [line(cut(hint, 600))]),
      textInput({ id: 'title', label: 'What is wrong, in a line?', value: cut(oneLine(title), 200), optional: false }),
      {
        ...radio({ id: 'severity', label: 'How grave is it?', options: SEVERITIES, chosen: severity }),
        optional: true,
      },
      keyPicker(key, {
        menu: INCIDENT_KEY_PICKER,
        label: 'Which key is it about?',
        optional: true,
      }),
      textInput({
        id: 'what',
        label: 'What happened?',
        hint: 'The first entry of the timeline. Never paste a key.',
        value: cut(what, 2_000),
        optional: true,
        multiline: true,
      }),
      instantInput(
        { id: 'happened', label: 'When did it begin? Now, when this is left empty.', optional: true },
        happenedAt,
      ),
    ],
  };
}

function keyPicker(slug: string | null, of: { menu: string; label: string; optional: boolean }): InputBlock {
  const { menu, label, optional } = of;
  const hint = `Type the beginning of its name.${optional ? ' Leave it empty when you do not know.' : ''}`;
  return keyInput({ id: 'key', label, hint, optional }, { menu, chosen: slug });
}

export const LEAKED_FORM = 'key_leaked';

export const LeakedMetadata = z.object({
  channel: z.string(),
  from: z.object({ channel: z.string(), ts: z.string() }),
  link: z.string().nullable(),
});
export type LeakedMetadata = z.infer<typeof LeakedMetadata>;

export interface LeakedModal {
  /** The keys that the message speaks of, the likeliest first, and what says so. */
  suggested: readonly { slug: string; why: string }[];
  heldSecret: boolean;
  /** Who may replace the keys in it that this person may not know of. */
  others: readonly string[];
  /** It was not compared with the known keys. */
  tooOften: boolean;
  from: { channel: string; ts: string };
  link: string | null;
}

/** Which key leaked in this message. Its text goes nowhere: only where it stands. */
export function leakedModal({ suggested, heldSecret, others, tooOften, from, link }: LeakedModal): ModalView {
  const [first] = suggested;
  const named = suggested.slice(0, 5).map(({ slug, why }) => `${slug} (${why})`);
  return {
    type: 'modal',
    callback_id: LEAKED_FORM,
    private_metadata: JSON.stringify({ channel: from.channel, from, link } satisfies LeakedMetadata),
    title: plain('A key leaked', LIMITS.viewTitle),
    submit: plain('Start', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      ...(heldSecret
        ? [
            line(
              'This message holds what looks like a live key. Delete it in Slack, or have its author delete it; Rekey keeps nothing of its text.',
            ),
          ]
        : []),
      ...(others.length === 0
        ? []
        : [
            line(
              `It holds a key that Rekey knows and that you may not read. Tell one of these people now, they can replace it: ${cut(others.join(', '), 600)}.`,
            ),
          ]),
      ...(tooOften
        ? [
            line(
              'Rekey has compared many messages for you within the hour, so this one was not. Choose the key yourself.',
            ),
          ]
        : []),
      ...(named.length === 0 ? [] : [line(`The message speaks of: ${cut(named.join(', '), 600)}`)]),
      keyPicker(first?.slug ?? null, { menu: KEY_PICKER, label: 'Which key leaked?', optional: false }),
      radio({
        id: 'situation',
        label: 'How bad is it?',
        chosen: heldSecret ? 'exploited' : null,
        options: [
          { value: 'exploited', label: 'Exploited', description: 'It is public or was used. Revoked first, no grace.' },
          { value: 'suspected', label: 'Suspected', description: 'Somebody may have it; no sign that it was used.' },
        ],
      }),
      textInput({
        id: 'reason',
        label: 'What did you see?',
        hint: 'Never paste the key itself.',
        optional: true,
        multiline: true,
      }),
    ],
  };
}
