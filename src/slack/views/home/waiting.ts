import type { KnownBlock } from '@slack/types';
import { leftText } from '../../../domain/approval/countdown.ts';
import { actions, at, bold, button, line } from '../../blocks.ts';
import { cut } from '../../text.ts';

interface Waits {
  question: string;
  token: string;
  until: Date | null;
}

/** What only this person, or one of a few, can move on. */
export interface Waiting {
  approvals: readonly Waits[];
  asks: readonly Waits[];
}

const SHOWN = 8;

export function waitingBlocks({ approvals, asks }: Waiting, now: Date): KnownBlock[] {
  return [
    ...rowsOf({ title: 'Your approvals', action: 'review', label: 'Review' }, approvals, now),
    ...rowsOf({ title: 'Your questions', action: 'answer', label: 'Answer' }, asks, now),
  ];
}

function rowsOf(
  { title, action, label }: { title: string; action: string; label: string },
  open: readonly Waits[],
  now: Date,
): KnownBlock[] {
  if (open.length === 0) return [line(bold(`${title}: `), 'none')];
  const rows = open
    .slice(0, SHOWN)
    .flatMap(({ question, token, until }, index): KnownBlock[] => [
      line(bold(`${title}: `), cut(question, 250), ...untilParts(until, now)),
      ...actions(`${action}-${index}`, [button({ action, token, label, style: 'primary' })]),
    ]);
  return open.length > SHOWN ? [...rows, line(`… and ${open.length - SHOWN} more`)] : rows;
}

function untilParts(until: Date | null, now: Date) {
  if (until === null) return [];
  if (until <= now) return [' (OVERDUE since ', at(until), ')'];
  return [' (until ', at(until), `, ${leftText(until, now)})`];
}
