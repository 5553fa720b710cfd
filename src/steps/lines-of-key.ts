import type { AuditEntry } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import { linesAbout } from '../ledger/lines-about.ts';
import type { StepContext } from './contract.ts';

/**
 * What was recorded about a key since its grace began, newest first; the line that began it is the last one. Found by its place in the audit,
 * because a clock may be set back.
 */
export async function* linesSinceGrace(key: Key, { ledger, run }: StepContext): AsyncGenerator<AuditEntry> {
  for await (const line of linesAbout(ledger, `key:${key.id}`)) {
    // Without a grace it is the run that began.
    if (key.retiringAt === null && line.at < run.startedAt) return;
    yield line;
    if (line.action === 'key_retired') return;
  }
}
