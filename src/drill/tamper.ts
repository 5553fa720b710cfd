import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

// Somebody who has the file, in a process of their own: changes a row by hand in a copy of the ledger, and deletes a line of the audit from
// the ledger itself.
const [ledgerFile, copy, key, line] = process.argv.slice(2);
if (ledgerFile === undefined || copy === undefined || key === undefined || line === undefined)
  throw new Error('Usage: tamper.ts <ledger> <copy> <key> <line>');

open(ledgerFile, (sqlite) => sqlite.prepare('vacuum into ?').run(copy));
chmodSync(copy, 0o600);
open(copy, (sqlite) => {
  dropTriggers(sqlite);
  sqlite.prepare('update keys set owner = ? where id = ?').run('mallory', key);
});
open(ledgerFile, (sqlite) => {
  dropTriggers(sqlite);
  sqlite.prepare('delete from audit where seq = ?').run(Number(line));
});

function open(file: string, work: (sqlite: DatabaseSync) => void): void {
  const sqlite = new DatabaseSync(file, { timeout: 5_000 });
  try {
    work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** They guard against mistakes, and not against whoever has the file. */
function dropTriggers(sqlite: DatabaseSync): void {
  const names = sqlite.prepare("select name from sqlite_master where type = 'trigger'").all();
  for (const { name } of names) sqlite.exec(`drop trigger "${String(name)}"`);
}
