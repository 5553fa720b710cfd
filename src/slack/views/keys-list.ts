import { actions, at, bold, bullets, button, header, type Line, line } from '../blocks.ts';
import { LIMITS, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface KeyRow {
  slug: string;
  version: number;
  health: string;
  expiresAt: Date | null;
  service: string;
  environment: string;
  owner: string | null;
}

export interface KeysList {
  /** Counts first: `37 keys in use: 2 expired, 3 expiring`. */
  summary: string;
  rows: readonly KeyRow[];
  /** What to do with it, or how to narrow it down. */
  note: string | null;
  /** What a press of Next brings back; null: this is the last page. */
  next: string | null;
}

export const NEXT_KEYS = 'keys_next';
export const KEYS_PAGE = 10;

export function keysList({ summary, rows, note, next }: KeysList): Message {
  return {
    text: escapeMrkdwn(cut(summary, 300)) || 'Keys',
    blocks: [
      header(cut(summary, LIMITS.header)),
      ...(rows.length === 0 ? [] : [bullets([], rows.map(keyLine))]),
      ...(note === null ? [] : [line(cut(note, 600))]),
      ...(next === null ? [] : actions('keys', [button({ action: NEXT_KEYS, token: next, label: 'Next' })])),
    ],
  };
}

export function keyLine({ slug, version, health, expiresAt, service, environment, owner }: KeyRow): Line {
  const ends: Line =
    expiresAt === null ? [', no expiry on record'] : [health === 'expired' ? ', since ' : ', ends ', at(expiresAt)];
  return [
    bold(`${cut(slug, 100)} v${version}`),
    ` ${health}`,
    ...ends,
    ` · ${cut(service, 60)}, ${cut(environment, 40)} · ${owner === null ? 'NO OWNER' : cut(owner, 60)}`,
  ];
}
