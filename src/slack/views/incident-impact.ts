import { at, atMost, bold, bullets, context, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export interface IncidentImpact {
  incident: string;
  title: string;
  key: string | null;
  owner: string | null;
  callers: readonly { caller: string; calls: number; lastAt: Date; told: boolean }[];
  peers: readonly { peer: string; standing: string }[];
}

const MOST = 20;

/** Who is affected: callers with their calls, and peers with how far they are. */
export function incidentImpact(impact: IncidentImpact): Message {
  const { incident, title, key, owner, callers, peers } = impact;
  const text = escapeMrkdwn(`Who is affected by ${cut(oneLine(title), 120)}`);
  if (key === null)
    return { text, blocks: [line(`${incident} is about no key, so no callers are known.`), context(incident)] };
  const calls = callers.reduce((sum, one) => sum + one.calls, 0);
  const seen =
    callers.length === 0 ? 'No caller was seen' : `${counted(callers.length, 'caller')}, ${counted(calls, 'call')}`;
  return {
    text,
    blocks: [
      line(bold(cut(key, 200)), ` Its owner: ${cut(owner ?? 'nobody', 100)}`),
      bullets([bold(`${seen} since a week before it began`)], atMost(callers, MOST, callerLine)),
      ...(peers.length === 0
        ? []
        : [
            bullets(
              [bold(`${counted(peers.length, 'peer')} trust${peers.length === 1 ? 's' : ''} it`)],
              atMost(peers, MOST, peerLine),
            ),
          ]),
      context(incident),
    ],
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function callerLine({ caller, calls, lastAt, told }: IncidentImpact['callers'][number]): Line {
  return [
    bold(`${cut(caller, 120)} `),
    `${counted(calls, 'call')}, the last `,
    at(lastAt),
    told ? '; told' : '; not told yet',
  ];
}

function peerLine({ peer, standing }: IncidentImpact['peers'][number]): Line {
  return [bold(`${cut(peer, 120)} `), cut(standing, 200)];
}
