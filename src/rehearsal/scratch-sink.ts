import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sink } from '../sinks/contract.ts';

/** The sink as it is, with every place that a runbook names outside of the scratch folder moved into it: nothing else is ever written. */
export function scratchSink(sink: Sink, places: string): Sink {
  const placed = async (target: string) => {
    if (target.startsWith(`${places}/`)) return target;
    const inside = join(places, target);
    await mkdir(dirname(inside), { recursive: true, mode: 0o700 });
    return inside;
  };
  return {
    ...sink,
    check: async (target, ...rest) => sink.check(await placed(target), ...rest),
    read: async (target, ...rest) => sink.read(await placed(target), ...rest),
    deliver: async (target, ...rest) => sink.deliver(await placed(target), ...rest),
    restore: async (target, ...rest) => sink.restore(await placed(target), ...rest),
  };
}
