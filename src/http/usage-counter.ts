import type { KeyId } from '../domain/ids.ts';
import type { Ledger } from '../ledger/ledger.ts';

const FLUSH_MS = 1_000;
// Rows of one commit: others who write wait for it.
const CHUNK = 500;

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

/** Counts verifications in memory and writes them once a second, many to a commit: a durable one per call would cost more than the call. */
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
    for (let from = 0; from < batch.length; from += CHUNK) {
      const chunk = batch.slice(from, from + CHUNK);
      await ledger.countUsage(chunk.map((count) => ({ ...count, at: now() }))).catch((error: unknown) => {
        onError(error);
        // Kept for the next second: who still calls with an expired key is what an incident asks first.
        for (const count of chunk) add(count);
      });
    }
  };
  let last = Promise.resolve();
  let underWay = 0;
  // One after the other, so that what `stop` waits for includes a write that was under way.
  const flush = () => {
    underWay += 1;
    last = last.then(write).finally(() => {
      underWay -= 1;
    });
    return last;
  };
  const timer = setInterval(() => {
    // A write that takes longer than that is not joined by a queue of others.
    if (underWay === 0) void flush();
  }, FLUSH_MS);
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
