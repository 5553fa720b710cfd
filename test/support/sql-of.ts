import Database from 'better-sqlite3';
import { vi } from 'vitest';

export interface Asked {
  text: string;
  parameters: unknown[];
}

/** What SQLite is asked for rows while this runs, in order. */
export async function sqlOf(work: () => Promise<unknown>): Promise<Asked[]> {
  const asked: Asked[] = [];
  const original = Database.prototype.prepare;
  const spy = vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, text) {
    const statement = original.call(this, text);
    const all = statement.all.bind(statement);
    statement.all = (parameters: unknown[]) => {
      asked.push({ text, parameters });
      return all(parameters);
    };
    return statement;
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return asked;
}

// These indexes hold nothing but what is asked for.
const ANSWERS = /USING (COVERING )?INDEX (rotations_one_open|keys_administering)/;

/** Where SQLite would read a whole table to answer this. */
export function wholeTables(sqlite: Database.Database, { text, parameters }: Asked): string[] {
  const plan = sqlite.prepare(`explain query plan ${text}`).all(...parameters) as { detail: string }[];
  return plan.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN') && !ANSWERS.test(detail));
}
