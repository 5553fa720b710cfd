import { type Key, nameOf } from '../../domain/key.ts';
import type { Run } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { withDescendants } from './changed-by-run.ts';

const LINES = 1_000;

/**
 * Refuses to go on with a run whose key was replaced by somebody else since it began: it would mint over the replacement, and what works
 * now would stop. What the run itself has made, or one that it belongs to, is its own to take back or to build on.
 */
export async function assertNotReplaced(read: LedgerReader, run: Run): Promise<void> {
  const key = run.key === null ? null : await read.key(run.key);
  if (key === null || key.supersededAt === null) return;
  const newer = (await read.versionsOf(key.slug)).filter((one) => one.version > key.version && isInUse(one));
  const own = await withDescendants(read, await rootOf(read, run));
  for (const version of newer.filter((one) => isSince(one, run, key)).sort((a, b) => b.version - a.version)) {
    const maker = await makerOf(read, version);
    if (maker.run !== null && own.has(maker.run)) continue;
    throw new Refusal(
      'key_replaced',
      `${nameOf(key)}, which ${run.id} is about, was replaced since it began: by ${nameOf(version)} (${maker.run ?? maker.by}) at ` +
        `${version.activatedAt?.toISOString() ?? 'an unknown time'}. Going on would replace that one again. ` +
        `Start anew with the key as it is now: rekey keys rotate ${key.slug}`,
    );
  }
}

// One that was activated and taken back again replaces nothing.
function isInUse({ activatedAt, supersededAt, state }: Key): boolean {
  if (activatedAt === null) return false;
  return supersededAt === null || state === 'active' || state === 'retiring' || state === 'suspended';
}

// A run may well be about a key that had a successor when it began, such as one that retires it.
function isSince({ activatedAt, supersededAt }: Key, run: Run, key: Key): boolean {
  if (activatedAt !== null && activatedAt >= run.startedAt) return true;
  return supersededAt === null && key.supersededAt !== null && key.supersededAt >= run.startedAt;
}

async function makerOf(read: LedgerReader, { id }: Key): Promise<{ run: Run['id'] | null; by: string }> {
  const lines = await read.audit({ subject: `key:${id}`, limit: LINES });
  const issued = lines.find(({ action }) => action === 'key_issued');
  return { run: issued?.run ?? null, by: issued?.actor ?? 'unknown' };
}

async function rootOf(read: LedgerReader, run: Run): Promise<Run['id']> {
  const parent = run.parent === null ? null : await read.run(run.parent.run);
  return parent === null ? run.id : rootOf(read, parent);
}
