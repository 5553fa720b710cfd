import type { KeyId } from '../domain/ids.ts';
import type { Ledger } from '../ledger/ledger.ts';

const FLUSH_MS = 1_000;

export interface UsageCounter {
  count: (key: KeyId, caller: string, accepted: boolean) => void;
  /** What a gateway counted by itself. */
  add: (key: KeyId, caller: string, count: { accepted: number; rejected: number }) => void;
  /** Writes what is counted so far. */
  flush: () => Promise<void>;
  stop: () => Promise<void>;
}

interface Count {
  key: KeyId;
  caller: string;
  accepted: number;
  rejected: number;
}

/** Counts verifications in memory and writes them once a second: a durable commit per call would cost more than the call. */
export function countUsage(
  ledger: Pick<Ledger, 'countUsage'>,
  now: () => Date,
  onError: (error: unknown) => void,
): UsageCounter {
  let counts = new Map<string, Count>();
  const add = (more: Count) => {
    const id = `${more.key} ${more.caller}`;
    const { accepted, rejected } = counts.get(id) ?? { accepted: 0, rejected: 0 };
    counts.set(id, { ...more, accepted: accepted + more.accepted, rejected: rejected + more.rejected });
  };
  const write = async () => {
    const batch = [...counts.values()];
    counts = new Map();
    for (const count of batch) {
      const { key, ...facts } = count;
      await ledger.countUsage(key, { ...facts, at: now() }).catch((error: unknown) => {
        onError(error);
        // Kept for the next second: who still calls with an expired key is what an incident asks first.
        add(count);
      });
    }
  };
  let last = Promise.resolve();
  // One after the other, so that what `stop` waits for includes a write that was under way.
  const flush = () => {
    last = last.then(write);
    return last;
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  return {
    count: (key, caller, accepted) => add({ key, caller, accepted: accepted ? 1 : 0, rejected: accepted ? 0 : 1 }),
    add: (key, caller, count) => add({ key, caller, ...count }),
    flush,
    stop: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
