import type { Approval } from '../../domain/approval.ts';
import type { RunId } from '../../domain/ids.ts';
import type { Run } from '../../domain/run.ts';
import type { LedgerReader } from '../../ledger/reader.ts';

const LINES = 1_000;

/** Whether every change of the run's key since it asked for this approval was one of its own steps', or of a run that it started. */
export async function changedOnlyByRun(read: LedgerReader, run: Run, approval: Approval): Promise<boolean> {
  const about = await read.audit({ run: run.id, subject: `approval:${approval.id}`, limit: LINES });
  const asked = about.find(({ action }) => action === 'approval_requested');
  if (asked === undefined || run.key === null) return false;
  const lines = await read.audit({ subject: `key:${run.key}`, limit: LINES });
  const since = lines.filter(({ seq, action }) => seq > asked.seq && action.startsWith('key_'));
  // More than were read, or none for a row that is another: nobody knows, so it counts as changed.
  if (since.length === LINES || since.length === 0) return false;
  const own = await withDescendants(read, run.id);
  return since.every((line) => line.actor === 'system:engine' && line.run !== null && own.has(line.run));
}

/** The run and every one below it. */
export async function withDescendants(read: LedgerReader, id: RunId): Promise<Set<RunId>> {
  const all = new Set([id]);
  for (const child of await read.childrenOf(id)) for (const one of await withDescendants(read, child.id)) all.add(one);
  return all;
}
