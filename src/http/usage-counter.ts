import type { KeyId } from '../domain/ids.ts';
import type { Ledger } from '../ledger/ledger.ts';

const FLUSH_MS = 1_000;

export interface UsageCounter {
  count: (key: KeyId, caller: string, accepted: boolean) => void;
  /** Writes what is counted so far. */
  flush: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Counts verifications in memory and writes them once a second: a durable commit per call would cost more than the call. */
export function countUsage(
  ledger: Pick<Ledger, 'countUsage'>,
  now: () => Date,
  onError: (error: unknown) => void,
): UsageCounter {
  let counts = new Map<string, { key: KeyId; caller: string; accepted: number; rejected: number }>();
  const flush = async () => {
    const batch = counts;
    counts = new Map();
    for (const { key, caller, accepted, rejected } of batch.values())
      await ledger.countUsage(key, { caller, at: now(), accepted, rejected }).catch(onError);
  };
  const timer = setInterval(() => void flush(), FLUSH_MS);
  return {
    count: (key, caller, accepted) => {
      const id = `${key} ${caller}`;
      const entry = counts.get(id) ?? { key, caller, accepted: 0, rejected: 0 };
      if (accepted) entry.accepted += 1;
      else entry.rejected += 1;
      counts.set(id, entry);
    },
    flush,
    stop: async () => {
      clearInterval(timer);
      await flush();
    },
  };
}
