import { at, atMost, bold, bullets, context, header, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut } from '../text.ts';
import { type StepShown, stepWords } from './step-words.ts';

export interface RunRow {
  id: string;
  runbook: string;
  key: string | null;
  startedAt: Date;
  by: string;
  isPaused: boolean;
  /** The first step that is not over. */
  at: { step: string; shown: StepShown } | null;
}

const MOST = 15;

/** What is under way, and what each one waits for. */
export function runList(rows: readonly RunRow[], now: Date): Message {
  if (rows.length === 0) return { text: 'No run is under way.', blocks: [line('No run is under way.')] };
  const title = rows.length === 1 ? '1 run is under way' : `${rows.length} runs are under way`;
  return {
    text: title,
    blocks: [
      header('Runs'),
      bullets(
        [bold(title)],
        atMost(rows, MOST, (row) => rowLine(row, now)),
      ),
      context('/runbook status RUN shows one of them, with what can be done.'),
    ],
  };
}

function rowLine({ id, runbook, key, startedAt, by, isPaused, at: step }: RunRow, now: Date): Line {
  const where: Line = step === null ? [] : [`; ${cut(step.step, 64)}: `, ...stepWords(step.shown, { room: 120, now })];
  return [
    bold(`${cut(runbook, 60)} `),
    `${key === null ? '' : `${cut(key, 120)}, `}${cut(id, 60)}${isPaused ? ', paused' : ''}, since `,
    at(startedAt),
    ` by ${cut(by, 80)}`,
    ...where,
  ];
}
