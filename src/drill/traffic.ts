import type { ApiCall } from '../demo/api.ts';
import { openCaller } from '../demo/caller.ts';
import { isPayment, type Region } from './regions.ts';

export interface SeenCall extends ApiCall {
  at: Date;
  region: string;
}

/** When a key was first let through by every region, and when first by none of them; by what is asked over the wire. */
export interface Seen {
  everywhereAt: Date | null;
  nowhereAt: Date | null;
}

export interface Traffic {
  calls: readonly SeenCall[];
  note: (call: SeenCall) => void;
  /** Every caller calls once, and every key that is watched is tried in every region. */
  beat: () => Promise<void>;
  watch: (name: string, material: string) => void;
  seen: (name: string) => Seen;
  /** Keeps a caller from reading its key file again, as a deployment that is stuck. */
  hold: (caller: string) => void;
  release: () => void;
  callers: readonly string[];
}

interface TrafficOptions {
  regions: () => readonly Region[];
  callers: readonly { name: string; keyFile: string; region: number }[];
  now: () => Date;
  log: (line: string) => void;
}

export function openTraffic({ regions, callers, now, log }: TrafficOptions): Traffic {
  const calls: SeenCall[] = [];
  const held = new Set<string>();
  const watched = new Map<string, Seen & { material: string }>();
  const opened = new Map<string, ReturnType<typeof openCaller>>();
  const callerOf = ({ name, keyFile, region }: TrafficOptions['callers'][number]) => {
    const all = regions();
    const apiUrl = (all[region % all.length] ?? all[0])?.url ?? '';
    const made = opened.get(name) ?? openCaller({ name, apiUrl, keyFile, mayReload: () => !held.has(name), log });
    opened.set(name, made);
    return made;
  };
  const tryAll = async (one: Seen & { material: string }) => {
    const answers = await Promise.all(regions().map((region) => region.lets(one.material).catch(() => null)));
    if (answers.every((lets) => lets === true)) {
      one.everywhereAt ??= now();
      // A verifier that lets it through again takes back that it was refused.
      one.nowhereAt = null;
    } else if (answers.every((lets) => lets === false)) one.nowhereAt ??= now();
    else one.nowhereAt = null;
  };
  return {
    calls,
    note: (call) => calls.push(call),
    beat: async () => {
      for (const caller of callers) await callerOf(caller).call();
      for (const one of watched.values()) await tryAll(one);
    },
    watch: (name, material) => {
      if (!watched.has(name)) watched.set(name, { material, everywhereAt: null, nowhereAt: null });
    },
    seen: (name) => watched.get(name) ?? { everywhereAt: null, nowhereAt: null },
    hold: (caller) => void held.add(caller),
    release: () => held.clear(),
    callers: callers.map(({ name }) => name),
  };
}

/** Payments from then on, and before the other instant where one is given. */
export function paymentsSince(calls: readonly SeenCall[], from: Date, to?: Date): SeenCall[] {
  return calls.filter((call) => isPayment(call) && call.at >= from && (to === undefined || call.at < to));
}
