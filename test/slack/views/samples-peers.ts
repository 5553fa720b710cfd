import type { ModalView } from '@slack/types';
import type { Message } from '../../../src/slack/limits.ts';
import { type PeerBoardCard, peerBoardCard } from '../../../src/slack/views/peer-board.ts';
import { markPeerModal, waivePeerModal } from '../../../src/slack/views/peer-forms.ts';
import { NOON } from '../../support/builders.ts';

const MANY = Array.from({ length: 120 }, (_, index) => index);

export function messagesOfPeers(text: string): Record<string, Message> {
  const row = (index: number): PeerBoardCard['rows'][number] => ({
    peer: `${text}${index}`,
    contact: text,
    state: index % 3 === 0 ? null : 'pinned',
    since: index % 3 === 0 ? null : NOON,
    evidence: text,
    waived: index % 3 === 1 ? { at: NOON, by: text, reason: text } : null,
    isThere: index % 3 !== 0,
  });
  return { 'peer board': peerBoardCard({ id: 'key-1', key: text, wanted: 'pinned', rows: MANY.map(row) }) };
}

export function viewsOfPeers(text: string): Record<string, ModalView> {
  // The names of peers are short by rule; their number is not.
  const missing = { id: 'key-1', key: text, peers: MANY.map((index) => `node-${index}`) };
  return { 'mark peer': markPeerModal(missing), 'waive peer': waivePeerModal(missing) };
}
