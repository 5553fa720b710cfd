import type { RunId } from '../../domain/ids.ts';
import type { Because } from '../../engine/engine.ts';
import { confirmed, givenOrAsked } from '../ask.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { carryOnRun } from './carry-on-run.ts';
import { runNamed } from './run-named.ts';

export interface RunOptions {
  because?: string;
  yes?: boolean;
  json?: boolean;
}

interface OnRun {
  wanted: RunOptions;
  /** What is asked before it is done; null: it can be taken back, so nothing is. */
  question: string | null;
  work: (rekey: Rekey, run: RunId, request: Because) => Promise<void>;
}

/** One verb on one run, with its reason, and then how far the run comes with it. */
export function onRun(name: string, { wanted, question, work }: OnRun): Promise<void> {
  return withRekey(async (rekey) => {
    const { id } = await runNamed(rekey.deps.ledger.read, name);
    const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
    if (question !== null) await confirmed(question, wanted);
    await work(rekey, id, { ...rekey.origin(), reason });
    return carryOnRun(rekey, id, wanted);
  });
}
