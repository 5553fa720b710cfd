import type { ModalView } from '@slack/types';
import { bold, line, plain, radio, textInput } from '../blocks.ts';
import { menuInput } from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut } from '../text.ts';

export const MARK_PEER_FORM = 'mark_peer';
export const WAIVE_PEER_FORM = 'waive_peer';

export interface PeersMissing {
  key: string;
  id: string;
  peers: readonly string[];
}

/** What somebody saw of one peer, and how they know. */
export function markPeerModal(board: PeersMissing): ModalView {
  return modal(MARK_PEER_FORM, 'A peer is further', board, [
    radio({
      id: 'state',
      label: 'What did you see?',
      options: [
        { value: 'acknowledged', label: 'It has acknowledged', description: 'They know of the new key.' },
        { value: 'pinned', label: 'It has re-pinned', description: 'They trust the new key.' },
        { value: 'pulled', label: 'It pulls with the new key', description: 'A pull after the change was seen.' },
      ],
    }),
    textInput({ id: 'evidence', label: 'How do you know?', hint: 'Never paste a key here.', optional: false }),
  ]);
}

export function waivePeerModal(board: PeersMissing): ModalView {
  return modal(WAIVE_PEER_FORM, 'Go on without a peer', board, [
    textInput({
      id: 'reason',
      label: 'Why may it stay behind?',
      hint: 'Stands in the summary beside your name. Never paste a key here.',
      optional: false,
    }),
  ]);
}

function modal(form: string, title: string, { id, key, peers }: PeersMissing, fields: ModalView['blocks']): ModalView {
  return {
    type: 'modal',
    callback_id: form,
    private_metadata: id,
    title: plain(title, LIMITS.viewTitle),
    submit: plain('Save', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      line(bold('Key '), cut(key, 200)),
      menuInput(
        { id: 'peer', label: 'Which peer?', optional: false },
        peers.slice(0, LIMITS.options).map((peer) => ({ value: peer, label: peer })),
      ),
      ...fields,
    ],
  };
}
