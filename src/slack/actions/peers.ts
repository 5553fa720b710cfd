import { Refusal } from '../../errors.ts';
import { keyNamed } from '../commands/key-named.ts';
import { loadPeerBoard } from '../load/peer-board.ts';
import type { Desk, Moment } from '../moment.ts';
import {
  MARK_PEER_FORM,
  markPeerModal,
  type PeersMissing,
  WAIVE_PEER_FORM,
  waivePeerModal,
} from '../views/peer-forms.ts';
import type { SlackAction, SlackForm } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** "node-b has re-pinned": said on the board, by whoever may answer for the key. */
export const markPeerButton: SlackAction = {
  action: 'mark_peer',
  press: async (key, moment, desk) =>
    openOrAskAgain(markPeerModal(await missing(key, 'answer', { moment, desk })), moment, 'A peer is further'),
};

export const markPeerForm: SlackForm = {
  form: MARK_PEER_FORM,
  submit: async ({ metadata: key, values }, moment, desk) => {
    const { peer = '', evidence = '' } = values;
    const state = STATES.find((one) => one === values.state);
    if (state === undefined) return { kind: 'errors', errors: { state: 'Choose what you saw.' } };
    await desk.peers.reach({ ...moment.origin, key, peer, state, reason: evidence });
    return { kind: 'close' };
  },
};

/** The key goes ahead without a peer, under the name of who said so. */
export const waivePeerButton: SlackAction = {
  action: 'waive_peer',
  press: async (key, moment, desk) =>
    openOrAskAgain(waivePeerModal(await missing(key, 'waive', { moment, desk })), moment, 'Go on without one'),
};

export const waivePeerForm: SlackForm = {
  form: WAIVE_PEER_FORM,
  submit: async ({ metadata: key, values }, moment, desk) => {
    const { peer = '', reason = '' } = values;
    await desk.peers.waive({ ...moment.origin, key, peer, reason });
    return { kind: 'close' };
  },
};

const STATES = ['acknowledged', 'pinned', 'pulled'] as const;

/** Who the peers of a key are is for those who may say something about them. */
async function missing(
  named: string,
  verb: 'answer' | 'waive',
  { moment, desk }: { moment: Moment; desk: Desk },
): Promise<PeersMissing> {
  const key = await keyNamed(named, verb, { moment, desk });
  const board = await loadPeerBoard(desk, key.id);
  const peers =
    board?.rows.filter((row) => row.waived === null && row.state !== 'pulled').map(({ peer }) => peer) ?? [];
  if (board === null || peers.length === 0)
    throw new Refusal('nobody_missing', 'Every peer of this key is there or was waived; nothing is left to say.');
  return { id: board.id, key: board.key, peers };
}
