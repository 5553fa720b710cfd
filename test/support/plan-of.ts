import Database from 'better-sqlite3';
import { vi } from 'vitest';

/** How SQLite finds the answer to what this asks last, in its own words. */
export async function planOf(file: string, ask: () => Promise<unknown>): Promise<string> {
  let asked = { text: '', parameters: [] as unknown[] };
  const prepare = Database.prototype.prepare;
  const spy = vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, text) {
    const statement = prepare.call(this, text);
    const all = statement.all.bind(statement);
    statement.all = (parameters: unknown[]) => {
      asked = { text, parameters };
      return all(parameters);
    };
    return statement;
  });
  await ask();
  spy.mockRestore();
  const raw = new Database(file, { readonly: true });
  const plan = raw.prepare(`explain query plan ${asked.text}`).all(...asked.parameters) as { detail: string }[];
  raw.close();
  return plan.map(({ detail }) => detail).join('\n');
}
