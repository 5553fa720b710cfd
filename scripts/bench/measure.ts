/** What a task costs, in microseconds for one of `times`. */
export type Timed = () => number | Promise<number>;

export interface Compared {
  bareUs: number;
  oursUs: number;
  /** Bare by ours: 1 is as fast as the bare statement, 0.5 takes twice as long. */
  ratio: number;
}

export function microsecondsOf(times: number, work: (i: number) => void): number {
  const begun = performance.now();
  for (let i = 0; i < times; i++) work(i);
  return ((performance.now() - begun) / times) * 1_000;
}

export async function microsecondsEach(times: number, work: (i: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < times; i++) await work(i);
  return ((performance.now() - begun) / times) * 1_000;
}

/** Both in turn, round after round, so that what else the machine does meets both. The first round warms up and does not count. */
export async function compare(rounds: number, bare: Timed, ours: Timed): Promise<Compared> {
  const seen: Compared[] = [];
  for (let round = 0; round <= rounds; round++) {
    const [bareUs, oursUs] = [await bare(), await ours()];
    if (round > 0) seen.push({ bareUs, oursUs, ratio: bareUs / oursUs });
  }
  const middle = (of: keyof Compared) => median(seen.map((one) => one[of]));
  return { bareUs: middle('bareUs'), oursUs: middle('oursUs'), ratio: middle('ratio') };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
