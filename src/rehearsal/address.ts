import type { RunId } from '../domain/ids.ts';
import type { Run } from '../domain/run.ts';
import type { LedgerReader } from '../ledger/reader.ts';

/**
 * How a rehearsal file calls the steps of a run: nothing before those of the run itself, `break_glass.` before those of a run that its
 * step `break_glass` started, `rotate[stripe-prod].` when that step started one for each of several keys.
 */
export interface Address {
  /** Most exact first: with the name of the key, and without. */
  namesOf: (step: string) => string[];
}

export async function addressOf(read: LedgerReader, id: RunId): Promise<Address> {
  const prefixes = await prefixesOf(read, id);
  return { namesOf: (step) => [...new Set(prefixes.map((prefix) => `${prefix}${step}`))] };
}

async function prefixesOf(read: LedgerReader, id: RunId): Promise<string[]> {
  const run = await read.run(id);
  if (run === null || run.parent === null) return [''];
  const outer = await prefixesOf(read, run.parent.run);
  const key = await slugOf(read, run);
  const { step } = run.parent;
  const inner = key === null ? [`${step}.`] : [`${step}[${key}].`, `${step}.`];
  return outer.flatMap((one) => inner.map((two) => `${one}${two}`));
}

async function slugOf(read: LedgerReader, run: Run): Promise<string | null> {
  return run.key === null ? null : ((await read.key(run.key))?.slug ?? null);
}
