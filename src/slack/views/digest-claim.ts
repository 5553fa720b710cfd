import { actions, button, header, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface ReleasedClaim {
  key: string;
  name: string;
  why: string;
  /** Nobody has it now, and it still has to be taken care of. */
  free: boolean;
}

/** Tells the one who claimed a key that it is free again. */
export function digestClaim({ key, name, why, free }: ReleasedClaim): Message {
  const title = `Your claim on ${cut(name, 100)} has ended`;
  return {
    text: `${escapeMrkdwn(title)}: ${escapeMrkdwn(cut(why, 300))}`,
    blocks: [
      header(title),
      line(cut(why, 300)),
      ...(free
        ? actions('digest_claim', [
            button({ action: 'digest_plan', token: key, label: 'Plan rotation', style: 'primary' }),
            button({ action: 'digest_claim', token: key, label: 'Claim again' }),
          ])
        : []),
    ],
  };
}
