import { z } from 'zod';

const Stats = z.object({ accepted: z.number(), rejected: z.number(), unverified: z.number() });
const EVERY_MS = 1_000;

/** Calls of one second, as the API counted them; those it could not verify count as rejected. */
export interface TrafficPoint {
  t: number;
  accepted: number;
  rejected: number;
}

export interface Traffic {
  points: readonly TrafficPoint[];
  stop: () => void;
}

/** Asks the API once a second for its totals and gives what came since. */
export function watchTraffic(url: string, onPoint: (point: TrafficPoint) => void): Traffic {
  const points: TrafficPoint[] = [];
  let before: z.infer<typeof Stats> | null = null;
  const look = async () => {
    const now = await statsAt(url);
    // A total that went down is a restarted API: the next difference is the first that means something.
    if (now !== null && before !== null && now.accepted >= before.accepted) {
      const rejected = now.rejected - before.rejected + now.unverified - before.unverified;
      const point = { t: Date.now(), accepted: now.accepted - before.accepted, rejected };
      points.push(point);
      onPoint(point);
    }
    before = now;
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return { points, stop: () => clearInterval(timer) };
}

async function statsAt(url: string): Promise<z.infer<typeof Stats> | null> {
  try {
    return Stats.parse(await (await fetch(url, { signal: AbortSignal.timeout(900) })).json());
  } catch {
    return null;
  }
}
