import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openLedger } from '../../ledger/ledger.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const TAMPER = fileURLToPath(new URL('../tamper.ts', import.meta.url));
const run = promisify(execFile);

export const auditGap: Scenario = {
  id: 'F10',
  title: 'Audit gap',
  fault:
    'afterwards somebody changes a row in a copy of the ledger by hand, and deletes a line of the audit from the ledger',
  keyAlive: false,
  atOnce: false,
  needs: ['key.revoke'],
  breaks: ['M7'],
  regions: ['eu'],
  open: () => {
    let copy: string | null = null;
    return {
      afterEnd: async (stage) => {
        copy ??= await tamper(stage);
        return null;
      },
      expect: async ({ deps, now }) => {
        if (copy === null) return ['nobody has changed the ledger by hand'];
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

/** Returns the copy with the changed row. The line that goes says that the key was revoked. */
async function tamper({ ledgerFile, layout, subject, deps, say }: Stage): Promise<string> {
  const copy = join(layout.rekeyDir, 'changed-by-hand.sqlite');
  const lines = await deps.ledger.read.audit({ subject: `key:${subject.id}`, limit: 1_000 });
  const seq = lines.find(({ action }) => action === 'key_revoked')?.seq ?? 1;
  await run(process.execPath, [TAMPER, ledgerFile, copy, subject.id, String(seq)], { env: {} });
  say(
    'fault',
    `a row is changed by hand, and line ${seq} of the audit, which says that the key was revoked, is deleted`,
  );
  return copy;
}
