/** Calls of one caller with one key, as they were counted. Rejected ones are calls too: somebody still has the key. */
export interface Calls {
  caller: string;
  accepted: number;
  rejected: number;
}

export interface StillCalling {
  /** Calls with the old key as a part of all calls, 0 to 1; 0 when nobody called at all. */
  share: number;
  /** Who called with the old key, the busiest first. */
  callers: { caller: string; calls: number }[];
}

export function stillCalling(old: readonly Calls[], replacement: readonly Calls[]): StillCalling {
  const byCaller = new Map<string, number>();
  for (const one of old) byCaller.set(one.caller, (byCaller.get(one.caller) ?? 0) + callsOf(one));
  const callers = [...byCaller].flatMap(([caller, calls]) => (calls === 0 ? [] : [{ caller, calls }]));
  const withOld = sum(old);
  const all = withOld + sum(replacement);
  return {
    share: all === 0 ? 0 : withOld / all,
    callers: callers.sort((a, b) => b.calls - a.calls || a.caller.localeCompare(b.caller)),
  };
}

const HOUR_MS = 3_600_000;

/** From here on calls count: the last hour, or since the grace began when that is shorter. Before it nobody could move over. */
export function countedSince({ retiringAt }: { retiringAt: Date | null }, now: Date): Date {
  const hourAgo = new Date(now.getTime() - HOUR_MS);
  return retiringAt !== null && retiringAt > hourAgo ? retiringAt : hourAgo;
}

/** `payments-worker (41 calls), billing (1 call)`. */
export function callersText(callers: StillCalling['callers']): string {
  return callers.map(({ caller, calls }) => `${caller} (${calls} ${calls === 1 ? 'call' : 'calls'})`).join(', ');
}

function sum(all: readonly Calls[]): number {
  return all.reduce((total, one) => total + callsOf(one), 0);
}

function callsOf({ accepted, rejected }: Calls): number {
  return accepted + rejected;
}
