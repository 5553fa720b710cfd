import { bold, bullets, context, header, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface FailedRun {
  id: string;
  runbook: string;
  key: string | null;
  failures: readonly { step: string; error: string }[];
  undone: readonly string[];
  /** What could not be taken back, and why: a person has to. */
  left: readonly { step: string; error: string }[];
}

/** A run that ended badly says what stopped it, what was taken back and what to do. */
export function runFailed(run: FailedRun): Message {
  const what = `${cut(run.runbook, 80)} failed${run.key === null ? '' : ` for ${cut(run.key, 320)}`}`;
  const undone =
    run.undone.length === 0 ? 'Nothing had to be taken back.' : `Taken back: ${cut(run.undone.join(', '), 300)}.`;
  return {
    text: `${escapeMrkdwn(what)}: ${escapeMrkdwn(cut(run.failures[0]?.error ?? 'see the thread', 500))}`,
    blocks: [
      header(cut(what, 150)),
      bullets(
        [bold('What stopped it')],
        run.failures.slice(0, 8).map(({ step, error }) => [bold(`${cut(step, 64)}: `), cut(error, 500)]),
      ),
      ...(run.left.length === 0
        ? []
        : [
            bullets(
              [bold('What a person has to take back by hand')],
              run.left.slice(0, 8).map(({ step, error }) => [bold(`${cut(step, 64)}: `), cut(error, 500)]),
            ),
          ]),
      line(`${undone} When the cause is mended: rekey runs retry ${run.id}, or start it again with /rotate-key.`),
      context(run.id),
    ],
  };
}
