import type { LedgerEvent } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import { isEnded } from '../domain/rotation.ts';
import type { Run } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { assertNotReplaced } from './keys/replaced-since.ts';

/** Opens a run again that had failed; nothing for one that is open. Refusals say why it stays as it is, and what to do instead. */
export async function reopening(read: LedgerReader, run: Run, reason: string): Promise<LedgerEvent[]> {
  if (run.finishedAt === null) return [];
  if (run.outcome !== 'failed')
    throw new Refusal(
      'run_over',
      `${run.id} ended at ${run.finishedAt.toISOString()} (${run.outcome}); only a failed run goes on.`,
    );
  if (run.parent !== null)
    throw new Refusal(
      'child_run',
      `${run.id} was started by ${run.parent.run}, which does not wait for it any more. Retry ${run.parent.step} of ${run.parent.run}.`,
    );
  await assertKeyFree(read, run);
  await assertNotReplaced(read, run);
  await assertRotationOpen(read, run);
  return [{ type: 'run_reopened', run: run.id, reason }];
}

async function assertKeyFree(read: LedgerReader, run: Run): Promise<void> {
  const key = run.key === null || run.openRuns === 'any' ? null : await read.key(run.key);
  if (key === null) return;
  const open = await openRunOf(read, key);
  if (open === null) return;
  throw new Refusal(
    'key_taken',
    `${open.id} works on the same key since ${open.startedAt.toISOString()}. Wait for its end, or cancel it.`,
  );
}

// Of any version: the next one may be what this run would be about.
async function openRunOf(read: LedgerReader, { slug }: Key): Promise<Run | null> {
  for (const { id } of await read.versionsOf(slug)) {
    const open = await read.openRunOfKey(id);
    if (open !== null) return open;
  }
  return null;
}

// A rotation that failed with its run stands again with it. One that ended otherwise is over, whatever becomes of the run.
async function assertRotationOpen(read: LedgerReader, run: Run): Promise<void> {
  const rotation = await read.rotationOfRun(run.id);
  if (rotation === null || !isEnded(rotation)) return;
  const other = await read.openRotationOf(rotation.slug);
  if (other !== null)
    throw new Refusal('rotation_open', `${other.id} replaces ${rotation.slug} by now. Wait for its end, or cancel it.`);
  // An incident's run opens another rotation when it makes a key again; a planned one was asked for with its terms.
  if (rotation.state === 'failed' || (run.incident !== null && rotation.state === 'rolled_back')) return;
  throw new Refusal(
    'rotation_over',
    `${rotation.id}, which ${run.id} carried out, is ${rotation.state}. Ask for it again: rekey keys rotate ${rotation.slug}`,
  );
}
