import type { LedgerEvent } from '../domain/event.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LeaseLost } from '../ledger/ledger.ts';

/** Everything that a case recorded, in order, and a way to be killed in between as a process is. */
export interface Trace {
  ledger: Ledger;
  events: { at: Date; event: LedgerEvent }[];
  /** From now on nothing of this process reaches the ledger, until it is started again. */
  kill: () => Error;
  restart: () => void;
  isKilled: () => boolean;
}

export function traced(real: Ledger): Trace {
  const events: Trace['events'] = [];
  let killed = false;
  return {
    events,
    kill: () => {
      killed = true;
      return gone();
    },
    restart: () => {
      killed = false;
    },
    isKilled: () => killed,
    ledger: {
      ...real,
      record: async (context, work) => {
        if (killed) throw gone();
        let recorded: LedgerEvent[] = [];
        const result = await real.record(context, async (tx) => {
          const recording = await work(tx);
          recorded = recording.events;
          return recording;
        });
        events.push(...recorded.map((event) => ({ at: context.at, event })));
        return result;
      },
    },
  };
}

// The engine takes it for the sign that another worker has the run, and leaves everything as it is: what a killed process does.
function gone(): LeaseLost {
  return new LeaseLost('this process was killed by the rehearsal');
}
