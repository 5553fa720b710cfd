import type { KnownBlock } from '@slack/types';
import type { PeerState } from '../../domain/peer.ts';
import { actions, at, bold, button, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface PeerBoardCard {
  id: string;
  key: string;
  /** How far everybody has to come now. */
  wanted: PeerState;
  rows: readonly {
    peer: string;
    contact: string;
    state: PeerState | null;
    since: Date | null;
    evidence: string | null;
    waived: { at: Date; by: string; reason: string } | null;
    isThere: boolean;
  }[];
}

const SHOWN = 30;
export const STATE_WORDS: Record<PeerState, string> = {
  notified: 'told',
  acknowledged: 'has acknowledged',
  pinned: 're-pinned',
  pulled: 'pulls with the new key',
};

/** Who trusts a key, and how far each of them has come with its new version; whoever sees something says it here. */
export function peerBoardCard(card: PeerBoardCard): Message {
  const { id, key, rows, wanted } = card;
  const missing = rows.filter((row) => !row.isThere);
  const title = `${rows.length - missing.length} of ${rows.length} ${rows.length === 1 ? 'peer' : 'peers'}: ${STATE_WORDS[wanted]}`;
  const shown = [...missing, ...rows.filter((row) => row.isThere)].slice(0, SHOWN).map(rowLine);
  const more: Line[] = rows.length > SHOWN ? [[`… and ${rows.length - SHOWN} more`]] : [];
  const open = missing.length === 0 ? [] : boardButtons(id);
  const blocks: KnownBlock[] = [
    header(`Peers of ${cut(key, 100)}`),
    lines([[bold(title)], ...shown, ...more]),
    ...actions('peers', open),
    context(
      missing.length === 0
        ? 'Nobody is missing.'
        : 'Recovery does not go on before everybody is there or was waived by name.',
    ),
  ];
  return { text: `Peers of ${escapeMrkdwn(cut(key, 100))}: ${title}`, blocks };
}

function boardButtons(token: string) {
  return [
    button({ action: 'mark_peer', token, label: 'A peer is further', style: 'primary' }),
    button({ action: 'waive_peer', token, label: 'Go on without one' }),
  ];
}

function rowLine({ peer, contact, state, since, evidence, waived, isThere }: PeerBoardCard['rows'][number]): Line {
  const who = [isThere ? '✓ ' : '○ ', bold(cut(peer, 64)), ` (${cut(contact, 80)}): `];
  if (waived !== null)
    return [...who, `waived by ${cut(waived.by, 80)} `, at(waived.at), `: ${cut(waived.reason, 150)}`];
  if (state === null || since === null) return [...who, 'not told yet'];
  const shows = evidence === null || state === 'notified' ? '' : `: ${cut(evidence, 150)}`;
  return [...who, `${STATE_WORDS[state]} `, at(since), shows];
}
