import type { KnownBlock } from '@slack/types';
import type { DigestKind, DigestNote, Left, Section } from '../../domain/digest/digest.ts';
import { bold, bullets, context, header, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';
import { type DigestRow, digestRow } from './digest-row.ts';

export interface DigestPart {
  id: string;
  /** `2027-03-10` in the team's zone. */
  day: string;
  kind: DigestKind;
  part: number;
  parts: number;
  /** For one person alone: their own keys, in a direct message. */
  alone: boolean;
  /** Calls everybody in the channel. */
  callChannel: boolean;
  rows: readonly DigestRow[];
  notes: readonly DigestNote[];
  /** What the whole digest leaves out. */
  more: readonly Left[];
}

export const SECTION_TITLES: Readonly<Record<Section, string>> = {
  expired: 'Expired',
  day_1: 'Expires within a day',
  days_3: 'Expires within 3 days',
  days_7: 'Expires within 7 days',
  days_14: 'Expires within 14 days',
  days_30: 'Expires within 30 days',
  retire: 'Not in use, to be revoked',
  missing_owner: 'Nobody owns it',
  missing_expiry: 'No expiry date',
  too_old: 'Older than its class allows',
  still_tried: 'Dead, and still tried',
};

const MOST_NOTES = 12;

/** One message of a digest: worst first, the keys of one owner together. */
export function digestPart(digest: DigestPart): Message {
  const { rows, part, parts, alone, callChannel } = digest;
  const title = `${alone ? 'Your keys that end' : 'Key digest'}, ${digest.day}${parts > 1 ? ` (${part} of ${parts})` : ''}`;
  const worst = rows[0];
  const words =
    worst === undefined ? 'reviews that are due' : `${countsOf(rows)}; first ${cut(oneLine(worst.name), 90)}`;
  return {
    text: `${title}: ${escapeMrkdwn(words)}`,
    blocks: [
      header(title),
      ...(callChannel ? [line({ type: 'broadcast', range: 'channel' }, ' keys have expired or end within a day')] : []),
      ...(rows.length === 0 ? [] : [line(countsOf(rows))]),
      ...rowsOf(rows),
      ...moreOf(digest),
      ...notesOf(digest.notes),
      context(`${digest.id} · /keys digest shows it as it is now`),
    ],
  };
}

/** `2 expired, 1 expires within a day`: what a phone shows before anything else. */
function countsOf(rows: readonly DigestRow[]): string {
  const counts = Map.groupBy(rows, ({ section }) => section);
  return [...counts].map(([section, of]) => `${of.length} ${SECTION_TITLES[section].toLowerCase()}`).join(', ');
}

function rowsOf(rows: readonly DigestRow[]): KnownBlock[] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    const isNew = before?.section !== row.section;
    const headed = isNew || before?.owner !== row.owner;
    return [...(isNew ? [header(SECTION_TITLES[row.section])] : []), ...digestRow(row, { headed, index })];
  });
}

function moreOf({ more, part, parts, alone }: DigestPart): KnownBlock[] {
  if (alone || part < parts || more.length === 0) return [];
  const named = more.map(leftText).join(', ');
  return [line(`Besides, not shown: ${named}. /keys expiring and /keys audit list all of them.`)];
}

/** `1,675 expires within 30 days`. */
function leftText({ section, count, isAll }: Left): string {
  const title = SECTION_TITLES[section].toLowerCase();
  if (isAll) return `${count.toLocaleString('en')} ${title}`;
  return count === 0 ? `more of "${title}"` : `more than ${count.toLocaleString('en')} ${title}`;
}

function notesOf(notes: readonly DigestNote[]): KnownBlock[] {
  if (notes.length === 0) return [];
  const shown = notes.toSorted((a, b) => Number(b.overdue) - Number(a.overdue)).slice(0, MOST_NOTES);
  const points = shown.map(({ overdue, sentence }) => [
    ...(overdue ? [bold('Overdue: ')] : []),
    cut(oneLine(sentence), 170),
  ]);
  const left = notes.length - shown.length;
  return [bullets([bold('Besides')], left > 0 ? [...points, [`… and ${left} more`]] : points)];
}
