import { bold, context, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut } from '../text.ts';

export interface SummaryPart {
  incident: string;
  version: number;
  nth: number;
  of: number;
  markdown: string;
}

/** The Markdown of a summary as it was posted, to be copied: shown as it is, never read as markup. */
export function summaryPart({ incident, version, nth, of, markdown }: SummaryPart): Message {
  const title = `Summary of ${incident} as Markdown, ${nth} of ${of}`;
  return {
    text: title,
    blocks: [
      line(bold(title)),
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: cut(markdown, 9_500) || ' ' }] }],
      },
      context(`version ${version}, as it was posted · as a file: rekey summary ${incident} --posted`),
    ],
  };
}
