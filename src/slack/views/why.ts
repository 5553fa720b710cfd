import { atMost, bold, bullets, context, header, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

/** Why something is as it is, what to do about it, and what was looked at. */
export interface Why {
  title: string;
  cause: string;
  todo: readonly string[];
  /** null: it cannot be known here. */
  looked: readonly { question: string; ok: boolean | null; evidence: string }[];
}

const MARK = { yes: 'yes', no: 'NO', unknown: 'unknown' } as const;

export function whyCard({ title, cause, todo, looked }: Why): Message {
  return {
    text: escapeMrkdwn(`${cut(title, 150)}: ${cut(cause, 600)}`),
    blocks: [
      header(cut(title, 150)),
      line(cut(cause, 900)),
      ...(todo.length === 0
        ? []
        : [
            bullets(
              [bold('What to do')],
              atMost(todo, 6, (one) => [cut(one, 300)]),
            ),
          ]),
      ...(looked.length === 0
        ? []
        : [
            bullets(
              [bold('Looked at')],
              atMost(looked, 14, ({ question, ok, evidence }) => [
                `${cut(question, 120)} `,
                bold(MARK[ok === null ? 'unknown' : ok ? 'yes' : 'no']),
                `, ${cut(evidence, 200)}`,
              ]),
            ),
          ]),
      context('Only what the ledger knows.'),
    ],
  };
}
