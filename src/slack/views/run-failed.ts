import type { KnownBlock } from '@slack/types';
import { isKept } from '../../domain/kept.ts';
import type { Possible } from '../../domain/run-verbs.ts';
import { actions, bold, bullets, context, header, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';
import { runButtons } from './run-buttons.ts';

export interface FailedRun {
  id: string;
  runbook: string;
  key: string | null;
  /** How it is when somebody has opened it again; null while it is as it failed. */
  goesOn: string | null;
  possible: Possible;
  failures: readonly { step: string; error: string }[];
  undone: readonly string[];
  /** What was not taken back, and why: a person has to, unless it was kept on purpose. */
  left: readonly { step: string; error: string }[];
}

/** A run that ended badly says what stopped it, what was taken back and what to do. */
export function runFailed(run: FailedRun): Message {
  if (run.goesOn !== null) return openedAgain(run, run.goesOn);
  const what = `${cut(run.runbook, 80)} failed${run.key === null ? '' : ` for ${cut(run.key, 320)}`}`;
  const kept = run.left.filter(({ error }) => isKept(error));
  const left = run.left.filter(({ error }) => !isKept(error));
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
      ...leftBlock('What a person has to take back by hand', left),
      ...leftBlock('What stays as it is, on purpose', kept),
      line(`${undone} ${wayOn(run)}`),
      ...actions('failed', runButtons({ ...run, canTakeOver: false, doubt: null })),
      context(run.id),
    ],
  };
}

function leftBlock(title: string, left: FailedRun['left']): KnownBlock[] {
  if (left.length === 0) return [];
  const lines = left.slice(0, 8).map(({ step, error }) => [bold(`${cut(step, 64)}: `), cut(error, 500)]);
  return [bullets([bold(title)], lines)];
}

function wayOn({ id, possible }: FailedRun): string {
  if (possible.retry.length > 0) return 'When the cause is mended, press Retry.';
  if (possible.rerun.length > 0) return `When the cause is mended: /runbook rerun ${id} from ${possible.rerun[0]}.`;
  return 'It does not go on from here: start the request again.';
}

function openedAgain({ id, runbook, key, failures }: FailedRun, state: string): Message {
  const what = `${cut(runbook, 80)} had failed${key === null ? '' : ` for ${cut(key, 320)}`}`;
  const now = state === 'running' ? 'It was opened again and is under way.' : `It was opened again: ${state}.`;
  const last = failures[0];
  return {
    text: `${escapeMrkdwn(what)}: ${now}`,
    blocks: [
      header(cut(what, 150)),
      line(bold(`${now} `), last === undefined ? '' : `Stands out: ${cut(last.step, 64)}: ${cut(last.error, 300)}`),
      context(id),
    ],
  };
}
