import { bold, bullets, code, context, header, type Line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut } from '../text.ts';

export interface ListedRunbook {
  runbook: string;
  title: string;
  owner: string;
  reviewBy: string;
  provenAt: Date | null;
  /** Why somebody has to look at it; null while nothing is due. */
  due: string | null;
}

const MOST = 30;

/** The runbooks that are live, those first that somebody has to look at. */
export function runbookList(all: readonly ListedRunbook[]): Message {
  const sorted = [...all].sort(
    (a, b) => Number(a.due === null) - Number(b.due === null) || a.runbook.localeCompare(b.runbook),
  );
  const rows = sorted.slice(0, MOST).map(rowOf);
  const more =
    all.length > MOST
      ? `${all.length - MOST} more: rekey runbooks list`
      : '/runbook show R-… tells of one, with buttons';
  return {
    text: `${all.length} runbooks are live`,
    blocks: [
      header('Runbooks'),
      bullets([all.length === 0 ? 'No runbook is live yet.' : `${all.length} are live.`], rows),
      context(more),
    ],
  };
}

function rowOf({ runbook, title, reviewBy, provenAt, due }: ListedRunbook): Line {
  const proven = provenAt === null ? 'never proven' : `proven ${provenAt.toISOString().slice(0, 10)}`;
  return [
    code(cut(runbook, 60)),
    ` ${cut(title, 100)} (${proven}, review by ${reviewBy})`,
    ...(due === null ? [] : [bold(' needs a look')]),
  ];
}
