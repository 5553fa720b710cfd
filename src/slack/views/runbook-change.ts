import type { Difference } from '../../runbook/difference.ts';
import { context, header, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { clean, cut, escapeMrkdwn } from '../text.ts';

export interface RunbookChange {
  runbook: string;
  title: string;
  owner: string;
  hash: string;
  /** Who agreed to wider grants, where somebody had to. */
  approvedBy: string | null;
  difference: Difference;
}

const LONGEST_PATCH = 2_400;

/** What changed in a runbook that is live from now on. Runs that have begun keep the text they started with. */
export function runbookChange(change: RunbookChange): Message {
  const { runbook, title, owner, hash, approvedBy, difference } = change;
  const { added, removed, patch } = difference;
  const said = `${runbook} has changed: ${count(added)} added, ${count(removed)} removed.`;
  const agreed = approvedBy === null ? [] : [`Its wider grants were approved by ${cut(approvedBy, 100)}.`];
  return {
    text: escapeMrkdwn(said),
    blocks: [
      header(cut(`${runbook} has changed`, 140)),
      lines([
        [title],
        [said],
        ...agreed.map((one) => [one]),
        ['Runs that have begun keep the text they started with.'],
      ]),
      preformatted(cut(clean(patch), LONGEST_PATCH)),
      context(`${hash.slice(0, 8)} · owner ${cut(owner, 100)} · rekey runbooks diff ${runbook}`),
    ],
  };
}

function count(lines: number): string {
  return `${lines} line${lines === 1 ? '' : 's'}`;
}

function preformatted(text: string): Message['blocks'][number] {
  return {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: text === '' ? '(no lines)' : text }] },
    ],
  };
}
