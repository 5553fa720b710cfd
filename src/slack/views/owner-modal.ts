import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { type Key, nameOf } from '../../domain/key.ts';
import { line, plain, textInput } from '../blocks.ts';
import { personInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';

export const OWNER_FORM = 'owner_of_key';

/** What the form brings back: of which key. */
export const OwnerMetadata = z.object({ channel: z.string(), key: z.string() });

interface OwnerModal {
  key: Pick<Key, 'id' | 'slug' | 'version' | 'owner'>;
  /** The Slack account of whoever opens it. */
  me: string | null;
  channel: string;
}

export function ownerModal({ key, me, channel }: OwnerModal): ModalView {
  const now = key.owner === null ? 'Nobody owns it.' : `Its owner is ${key.owner}.`;
  return {
    type: 'modal',
    callback_id: OWNER_FORM,
    // The channel comes first: an answer goes there.
    private_metadata: JSON.stringify({ channel, key: key.id } satisfies z.infer<typeof OwnerMetadata>),
    title: plain('Owner of a key', LIMITS.viewTitle),
    submit: plain('Save', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(`${cut(nameOf(key), 200)}. ${cut(now, 200)} When you may not change it, whoever may is asked.`),
      personInput({ id: 'owner', label: 'Who shall own it?', optional: false }, me),
      textInput({ id: 'reason', label: 'Why?', hint: 'It stands in the history of the key.', optional: false }),
    ],
  };
}
