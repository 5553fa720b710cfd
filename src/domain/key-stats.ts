import type { Health, KeyClass, KeyState } from './key.ts';
import type { Rotation, RotationEnd } from './rotation.ts';

interface Count {
  service: string;
  environment: string;
  class: KeyClass;
  state: KeyState;
  count: number;
}

/** Figures about the current keys, from what the ledger counts anyway. */
export interface KeyStats {
  keys: number;
  services: number;
  health: Record<Health, number>;
  pending: number;
  suspended: number;
  byService: Record<string, number>;
  byEnvironment: Record<string, number>;
  byClass: Record<string, number>;
  rotations: { open: number; last30Days: Record<RotationEnd, number> };
}

export function keyStats({
  counts,
  expired,
  expiring,
  ended,
  open,
}: {
  counts: readonly Count[];
  /** Of the keys that the ledger still calls active: how many the clock has overtaken, and how many it soon will. */
  expired: number;
  expiring: number;
  /** Rotations that ended in the last 30 days. */
  ended: readonly Pick<Rotation, 'state'>[];
  open: number;
}): KeyStats {
  const there = counts.filter(({ count }) => count > 0);
  const inState = (...states: KeyState[]) => sum(there.filter(({ state }) => states.includes(state)));
  const usable = inState('active', 'suspended', 'retiring');
  return {
    keys: sum(there),
    services: new Set(there.map(({ service }) => service)).size,
    health: {
      revoked: inState('revoked'),
      expired: inState('expired') + expired,
      expiring,
      healthy: Math.max(0, usable - expired - expiring),
    },
    pending: inState('pending'),
    suspended: inState('suspended'),
    byService: added(there, ({ service }) => service),
    byEnvironment: added(there, ({ environment }) => environment),
    byClass: added(there, (one) => one.class),
    rotations: { open, last30Days: endsOf(ended) },
  };
}

function sum(counts: readonly Count[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}

function added(counts: readonly Count[], nameOf: (one: Count) => string): Record<string, number> {
  const sums = new Map<string, number>();
  for (const one of counts) sums.set(nameOf(one), (sums.get(nameOf(one)) ?? 0) + one.count);
  return Object.fromEntries([...sums].sort(([a], [b]) => a.localeCompare(b)));
}

function endsOf(ended: readonly Pick<Rotation, 'state'>[]): Record<RotationEnd, number> {
  const count = (state: RotationEnd) => ended.filter((rotation) => rotation.state === state).length;
  return {
    completed: count('completed'),
    rolled_back: count('rolled_back'),
    failed: count('failed'),
    preempted: count('preempted'),
    cancelled: count('cancelled'),
  };
}
