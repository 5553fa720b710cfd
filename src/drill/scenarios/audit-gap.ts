import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '../../ledger/ledger.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

export const auditGap: Scenario = {
  id: 'F10',
  title: 'Audit gap',
  fault: 'afterwards somebody changes a row of the ledger by hand, and deletes the line that says how the key ended',
  keyAlive: false,
  needs: [],
  breaks: ['M7'],
  regions: ['eu'],
  open: () => {
    let done = false;
    let copy = '';
    return {
      afterEnd: async (stage) => {
        if (done) return null;
        done = true;
        copy = await tamper(stage);
        return null;
      },
      expect: async ({ deps, now }) => {
        const cut = await deps.ledger.verifyAudit();
        const other = await openLedger({ file: copy, now });
        try {
          const [chain, tables] = [await other.verifyAudit(), await other.verifyTables()];
          return [
            ...(cut.whole ? ['audit verify did not find that a line is missing'] : []),
            ...(chain.whole && tables.whole ? ['audit verify did not find the row that was changed by hand'] : []),
          ];
        } finally {
          await other.close();
        }
      },
    };
  },
};

/** Two ways, on two files: a row without its line in a copy, and a line less in the ledger itself. Returns the copy. */
async function tamper({ ledgerFile, layout, subject, deps, say }: Stage): Promise<string> {
  const copy = join(layout.rekeyDir, 'changed-by-hand.sqlite');
  withoutGuards(ledgerFile, (sqlite) => sqlite.prepare('vacuum into ?').run(copy));
  chmodSync(copy, 0o600);
  withoutGuards(copy, (sqlite) => {
    dropTriggers(sqlite);
    sqlite.prepare('update keys set owner = ? where id = ?').run('mallory', subject.id);
  });
  const [line] = await deps.ledger.read.audit({ subject: `key:${subject.id}`, limit: 1 });
  withoutGuards(ledgerFile, (sqlite) => {
    dropTriggers(sqlite);
    sqlite.prepare('delete from audit where seq = ?').run(line?.seq ?? 1);
  });
  say('fault', `a row is changed by hand, and line ${line?.seq ?? 1} of the audit is deleted`);
  return copy;
}

function withoutGuards(file: string, work: (sqlite: DatabaseSync) => void): void {
  const sqlite = new DatabaseSync(file, { timeout: 5_000 });
  try {
    work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** Whoever has the file can do that. */
function dropTriggers(sqlite: DatabaseSync): void {
  const names = sqlite.prepare("select name from sqlite_master where type = 'trigger'").all();
  for (const { name } of names) sqlite.exec(`drop trigger "${String(name)}"`);
}
