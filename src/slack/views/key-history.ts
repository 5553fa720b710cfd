import { at, atMost, bold, bullets, context, header } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface KeyHistory {
  slug: string;
  versions: number;
  rotations: number;
  /** Oldest first. */
  lines: readonly { at: Date; by: string; sentence: string }[];
}

/** Newest first: what happened last is what people look for. */
export function keyHistory(history: KeyHistory): Message {
  return fitting([() => render(history, 25), () => render(history, 12)]);
}

function render({ slug, versions, rotations, lines }: KeyHistory, max: number): Message {
  const newest = [...lines].reverse();
  const counts = `${versions} ${versions === 1 ? 'version' : 'versions'}, ${rotations} ${rotations === 1 ? 'rotation' : 'rotations'}`;
  return {
    text: escapeMrkdwn(`History of ${cut(slug, 100)}: ${counts}`),
    blocks: [
      header(`History of ${cut(slug, 120)}`),
      bullets(
        [bold(counts), lines.length === 0 ? '; the audit says nothing more' : ', newest first'],
        atMost(newest, max, (one) => [at(one.at), ` ${cut(one.by, 60)}: ${cut(one.sentence, 220)}`]),
      ),
      context(`All of it: rekey keys history ${cut(slug, 100)}`),
    ],
  };
}
