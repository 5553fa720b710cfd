import type { Json } from '../json.ts';
import { SlackError } from '../slack-error.ts';

/** Cursor pagination: the cursor is opaque to the app and holds the place of the next row. */
export function pageOf<Row>(
  rows: readonly Row[],
  { limit, cursor }: { limit: number; cursor: string | undefined },
): { rows: Row[]; hasMore: boolean; metadata: Json } {
  const start = cursor ? Number(Buffer.from(cursor, 'base64').toString().replace('next:', '')) : 0;
  if (!Number.isInteger(start)) throw new SlackError('invalid_cursor');
  const end = start + limit;
  const hasMore = end < rows.length;
  const next = hasMore ? Buffer.from(`next:${end}`).toString('base64') : '';
  return { rows: rows.slice(start, end), hasMore, metadata: { response_metadata: { next_cursor: next } } };
}
