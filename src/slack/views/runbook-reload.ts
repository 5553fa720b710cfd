import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { actions, bold, bullets, button, context, header, type Line, line, plain, textInput } from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface Reload {
  live: readonly string[];
  /** By file, line and column. */
  problems: readonly string[];
  held: readonly { runbook: string; hash: string; widened: readonly string[]; instead: string | null }[];
  mayAgree: readonly string[];
  /** Whether whoever reads this may agree. */
  isYours: boolean;
}

const MOST_PROBLEMS = 12;
const MOST_HELD = 5;

/** What became of the folder when it was read again: what is wrong, what is held back and who may agree, what is live. */
export function runbookReload({ live, problems, held, mayAgree, isYours }: Reload): Message {
  const title = titleOf(live, problems, held);
  return {
    text: escapeMrkdwn(title),
    blocks: [
      header('Runbooks read again'),
      line(bold(cut(title, 300))),
      ...(problems.length === 0 ? [] : [problemsBlock(problems)]),
      ...held.slice(0, MOST_HELD).flatMap((one, index) => heldBlocks(one, { index, isYours, mayAgree })),
      ...(held.length > MOST_HELD ? [line(`… and ${held.length - MOST_HELD} more: rekey runbooks lint`)] : []),
      context(`${live.length} live: ${cut(live.join(', '), 600)}`),
    ],
  };
}

function titleOf(live: readonly string[], problems: readonly string[], held: Reload['held']): string {
  if (problems.length > 0)
    return `${counted(problems.length, 'problem')}, so what was live before stays live: ${live.length} runbooks`;
  if (held.length > 0) return `Read; ${counted(held.length, 'text')} held back until somebody agrees`;
  return `Read: ${counted(live.length, 'runbook')} live, no problem`;
}

function problemsBlock(problems: readonly string[]): KnownBlock {
  const shown = problems.slice(0, MOST_PROBLEMS).map((one): Line => [cut(one, 400)]);
  const more: Line[] =
    problems.length > MOST_PROBLEMS ? [[`… and ${problems.length - MOST_PROBLEMS} more: rekey runbooks lint`]] : [];
  return bullets([bold('To be mended')], [...shown, ...more]);
}

function heldBlocks(
  { runbook, hash, widened, instead }: Reload['held'][number],
  { index, isYours, mayAgree }: { index: number; isYours: boolean; mayAgree: readonly string[] },
): KnownBlock[] {
  const meanwhile = instead === null ? 'It is not live.' : `The text before it (${instead.slice(0, 8)}) stays live.`;
  return [
    line(
      bold(`${cut(runbook, 60)} is held back: `),
      `it may touch ${cut(widened.join(', '), 500)} besides. ${meanwhile} Who may agree: ${cut(mayAgree.join(', ') || 'nobody yet', 300)}.`,
    ),
    ...(isYours
      ? actions(`held-${index}`, [
          button({ action: 'approve_grants', token: `${runbook}:${hash}`, label: 'Agree…', style: 'primary' }),
        ])
      : []),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export const GRANTS_FORM = 'approve_grants';

/** The text that is agreed to, by its hash: what was saved a moment later is another one. */
export const GrantsMetadata = z.object({ runbook: z.string(), hash: z.string() });

export function grantsModal(held: { runbook: string; hash: string; widened: readonly string[] }): ModalView {
  const { runbook, hash, widened } = held;
  return {
    type: 'modal',
    callback_id: GRANTS_FORM,
    private_metadata: JSON.stringify({ runbook, hash }),
    title: plain('Wider grants', LIMITS.viewTitle),
    submit: plain('Agree', LIMITS.viewButton),
    close: plain('Not now', LIMITS.viewButton),
    blocks: [
      bullets(
        [bold(`${cut(runbook, 60)} (${hash.slice(0, 8)}) may then touch, besides:`)],
        widened.slice(0, 40).map((one): Line => [cut(one, 200)]),
      ),
      line(`Read what has changed first: rekey runbooks diff ${cut(runbook, 60)}`),
      textInput({
        id: 'reason',
        label: 'Why is that right?',
        hint: 'It stands beside your name in the audit. Never paste a key here.',
        optional: false,
      }),
    ],
  };
}
