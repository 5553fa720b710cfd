import type { KnownBlock } from '@slack/types';
import { at, atMost, bold, bullets, type Line } from '../blocks.ts';
import { cut } from '../text.ts';

/** What a yes would touch, as far as the ledger knows now. */
export interface BlastRadius {
  environments: readonly string[];
  /** Besides the one that it is about. */
  otherKeys: readonly string[];
  callers: readonly { caller: string; calls: number; lastAt: Date }[];
  /** Worst time from revoking to every verifier refusing the key. */
  enforcement: string | null;
  /** Who pins the key and has to learn of a new one. */
  peers: readonly string[];
  /** When its runbook was last proven; null: never. */
  proven: { at: Date; how: 'drill' | 'rehearsal'; passed: boolean; isThisText: boolean } | null;
  undo: string;
  /** What is so while nobody says yes. */
  ifNot: string | null;
}

const MOST_CALLERS = 12;

export function radiusBlock(radius: BlastRadius): KnownBlock {
  const { environments, otherKeys, enforcement, undo, peers, ifNot } = radius;
  const callers = atMost(
    radius.callers,
    MOST_CALLERS,
    ({ caller, calls, lastAt }): Line => [`${cut(caller, 120)}: ${calls} calls in 7 days, last `, at(lastAt)],
  );
  return bullets(
    [bold('Blast radius')],
    // In the order in which somebody with half a minute asks: what if I say no, what cannot be taken back, who is hit.
    [
      ...(ifNot === null ? [] : [[`Without a yes ${cut(ifNot, 200)}`]]),
      [`Environment${environments.length > 1 ? 's' : ''}: ${cut(environments.join(', '), 200) || 'not registered'}`],
      ...(otherKeys.length === 0 ? [] : [[`Other keys: ${cut(otherKeys.join(', '), 300)}`]]),
      [
        `Once revoked, the old key is refused everywhere ${enforcement ?? 'after a time that is not known for this provider'}`,
      ],
      [cut(undo, 400)],
      ...(callers.length === 0 ? [['No calls with this key were seen in 7 days.']] : callers),
      ...(peers.length === 0 ? [] : [[`Peers that pin it: ${cut(peers.join(', '), 300)}`]]),
      provenLine(radius),
    ],
  );
}

function provenLine({ proven }: BlastRadius): Line {
  if (proven === null) return ['Its runbook has never been proven by a rehearsal or a drill'];
  const text = proven.isThisText ? '' : ', on another text than the one that runs';
  return [
    `Its runbook was last ${proven.passed ? 'proven' : 'found to FAIL'} by a ${proven.how} `,
    at(proven.at),
    text,
  ];
}
