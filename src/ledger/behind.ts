import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { stored } from './codec.ts';
import type { PageEnd } from './reader.ts';

/**
 * What comes after the end of a page, in the order of this time and then of the ids: along the index to that instant, and behind the row of that
 * id within it. Everything when there was no page yet.
 */
export function behind(time: string, after: PageEnd<string> | undefined): RawBuilder<SqlBool> {
  if (after === undefined) return sql<SqlBool>`true`;
  const [column, at] = [sql.ref(time), stored(after.at)];
  return sql<SqlBool>`${column} >= ${at} and (${column} > ${at} or id > ${after.id})`;
}
