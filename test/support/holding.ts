import type { RunId } from '../../src/domain/ids.ts';
import type { StepContext, StepResult } from '../../src/steps/contract.ts';
import { rawLedger } from './ledger-file.ts';

export const countOf = (effects: Map<string, number>) => [...effects.values()];
export const waitsUntil =
  (ms: number) =>
  ({ now }: StepContext): StepResult => ({
    kind: 'wait',
    waiting: { kind: 'time', until: new Date(now().getTime() + ms) },
    events: [],
  });

export function leaseOf(file: string, run: RunId) {
  return rawLedger(file).prepare('select lease_owner, lease_until, wake_at from runs where id = ?').get(run);
}

/** Holds a step's attempt open until told otherwise. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const hold = () => {
    reached.resolve();
    return promise;
  };
  return { hold, reached: reached.promise, open: resolve };
}
