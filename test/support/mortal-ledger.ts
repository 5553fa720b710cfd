import type { Ledger } from '../../src/ledger/ledger.ts';

/** What a killed process "gets" from its ledger: nothing of it reaches the file any more. */
export class ProcessKilled extends Error {}

export interface MortalLedger {
  ledger: Ledger;
  kill: () => void;
  /** Called before each recording; it may throw, as a disk does. */
  beforeRecord: (() => void) | null;
}

/** A real ledger whose process can be killed: from then on every call fails and writes nothing. */
export function mortalLedger(real: Ledger): MortalLedger {
  let dead = false;
  const assertAlive = () => {
    if (dead) throw new ProcessKilled('this process was killed');
  };
  const mortal: MortalLedger = {
    beforeRecord: null,
    kill: () => {
      dead = true;
    },
    ledger: {
      ...real,
      read: guarded(real.read, assertAlive),
      leases: guarded(real.leases, assertAlive),
      record: async (context, work) => {
        assertAlive();
        mortal.beforeRecord?.();
        return real.record(context, work);
      },
    },
  };
  return mortal;
}

function guarded<T extends object>(target: T, assertAlive: () => void): T {
  return new Proxy(target, {
    get: (of, name) => {
      const value = Reflect.get(of, name);
      return typeof value === 'function'
        ? async (...args: unknown[]) => {
            assertAlive();
            return value.apply(of, args);
          }
        : value;
    },
  });
}
