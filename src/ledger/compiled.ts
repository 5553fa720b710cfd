import type { CompiledQuery, Insertable } from 'kysely';
import type { LedgerDb } from './open.ts';
import type { LedgerTables } from './schema.ts';

// By what the dialect of a ledger is, because another one writes other SQL.
const compiled = new WeakMap<object, Map<string, CompiledQuery>>();

/**
 * The statement that `build` makes, built at its first use: putting one together takes longer than running it, which counts where every
 * recording does it. Its parameters are those of that first use; run it as `{ ...statement, parameters }`.
 */
export function compiledOnce(db: LedgerDb, name: string, build: () => CompiledQuery): CompiledQuery {
  const { adapter } = db.getExecutor();
  const known = compiled.get(adapter) ?? new Map<string, CompiledQuery>();
  compiled.set(adapter, known);
  const statement = known.get(name) ?? build();
  known.set(name, statement);
  return statement;
}

/** One row, every column of it named: null where there is nothing. */
export async function insertRow<Table extends keyof LedgerTables & string>(
  tx: LedgerDb,
  table: Table,
  row: Insertable<LedgerTables[Table]>,
): Promise<void> {
  const name = `insert ${table} ${Object.keys(row).join()}`;
  const insert = compiledOnce(tx, name, () => tx.insertInto(table).values(row).compile());
  await tx.executeQuery({ ...insert, parameters: Object.values(row) });
}
