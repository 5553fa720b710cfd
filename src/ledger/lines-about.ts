import type { AuditEntry } from '../domain/event.ts';
import type { LedgerReader } from './reader.ts';

const PAGE = 200;

/** Every audit line about a subject, newest first. Read page by page, so that whoever finds what it looks for reads no further. */
export async function* linesAbout(read: Pick<LedgerReader, 'audit'>, subject: string): AsyncGenerator<AuditEntry> {
  let before: number | undefined;
  do {
    const page = await read.audit({ subject, limit: PAGE, ...(before === undefined ? {} : { before }) });
    yield* page;
    before = page.length < PAGE ? undefined : page.at(-1)?.seq;
  } while (before !== undefined);
}
