import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { KeyState } from '../domain/key.ts';

/**
 * `state in ('active', …)` with the states written out: SQLite follows a partial index only when the condition of the query is seen to be
 * that of the index, which it never is for bound values in a list; it would read every key instead.
 */
export function inStates(...states: readonly KeyState[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`state in (${sql.join(states.map((state) => sql.lit(state)))})`;
}
