import type { KnownBlock } from '@slack/types';
import { bold, context, header, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';
import { settleButtons } from './settle-buttons.ts';

export interface Doubt {
  run: string;
  runbook: string;
  key: string | null;
  step: string;
  /** What is asked while nobody has answered; afterwards who said what, or null when the run went on without an answer. */
  shown: { kind: 'open'; question: string; token: string } | { kind: 'over'; answer: Answer | null };
}

interface Answer {
  by: string;
  happened: boolean;
  reason: string;
}

/** A run that waits for a person to look: what happened, what is known, and the two answers. */
export function doubtCard({ run, runbook, key, step, shown }: Doubt): Message {
  const what = `${cut(step, 64)} of ${cut(runbook, 80)}${key === null ? '' : ` for ${cut(key, 320)}`}`;
  const title = shown.kind === 'open' ? `Did it happen? ${what}` : `Settled: ${what}`;
  const said = shown.kind === 'open' ? cut(shown.question, 500) : answered(shown.answer);
  return {
    text: escapeMrkdwn(`${title}: ${said}`),
    blocks: [header(cut(title, 150)), ...(shown.kind === 'open' ? asking(shown) : [line(said)]), context(run)],
  };
}

function asking({ question, token }: { question: string; token: string }): KnownBlock[] {
  return [
    line(bold('What is known: '), cut(question, 500)),
    line('The run does not go on before somebody has looked at where it takes effect, and has answered.'),
    ...settleButtons('doubt', token),
  ];
}

function answered(answer: Answer | null): string {
  if (answer === null) return 'The run went on or ended without an answer; there is nothing left to say here.';
  const claim = answer.happened ? 'it happened' : 'it did not happen, so it is tried again';
  return `${cut(answer.by, 100)} said that ${claim}: ${cut(answer.reason, 300)}`;
}
