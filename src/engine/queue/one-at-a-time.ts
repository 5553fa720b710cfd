export interface Hands {
  /** Works on `runId`. If it is in hand already, the one at work goes round once more instead, and this returns at once. Never rejects. */
  take: (runId: string) => Promise<void>;
  /** Lets what is in hand end and goes round no more. */
  stop: () => void;
  count: () => number;
}

/**
 * One execution of a run at a time in this process. BullMQ's deduplication says the same, but it forgets when a server comes back empty or a
 * job stalls, while the execution here is still at work.
 */
export function oneAtATime(work: (runId: string) => Promise<void>, onError: (error: unknown) => void): Hands {
  const inHand = new Map<string, { again: boolean }>();
  let stopped = false;

  return {
    take: async (runId) => {
      const other = inHand.get(runId);
      if (other !== undefined) {
        other.again = true;
        return;
      }
      const mine = { again: false };
      inHand.set(runId, mine);
      do {
        mine.again = false;
        await attempt(work, runId, onError);
      } while (mine.again && !stopped);
      inHand.delete(runId);
    },
    stop: () => {
      stopped = true;
    },
    count: () => inHand.size,
  };
}

// An error that reached BullMQ would be written into the backend with its message, and a message may quote a secret.
async function attempt(
  work: (runId: string) => Promise<void>,
  runId: string,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await work(runId);
  } catch (error) {
    onError(error);
  }
}
