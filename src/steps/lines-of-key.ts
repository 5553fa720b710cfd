import type { AuditEntry } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import type { StepContext } from './contract.ts';

const PAGE = 200;

/**
 * What was recorded about a key since its grace began, newest first; the line that began it is the last one. Read page by page, so that
 * whoever finds what it looks for reads no further. Found by its place in the audit, because a clock may be set back.
 */
export async function* linesSinceGrace(key: Key, { ledger, run }: StepContext): AsyncGenerator<AuditEntry> {
  let before: number | undefined;
  do {
    const page = await ledger.audit({
      subject: `key:${key.id}`,
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    for (const line of page) {
      // Without a grace it is the run that began.
      if (key.retiringAt === null && line.at < run.startedAt) return;
      yield line;
      if (line.action === 'key_retired') return;
    }
    before = page.length < PAGE ? undefined : page.at(-1)?.seq;
  } while (before !== undefined);
}
