import type { Change } from '../state/changes.ts';
import type { World } from '../world.ts';

const DEFAULT_MS = 5_000;

/** Resolves with the first thing `look` finds: at once, or after a later change. Rejects with a sentence. */
export function waitFor<Found>(
  world: World,
  look: (change?: Change) => Found | undefined,
  { timeoutMs = DEFAULT_MS, what }: { timeoutMs?: number | undefined; what: () => string },
): Promise<Found> {
  const now = look();
  if (now !== undefined) return Promise.resolve(now);
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`Waited ${timeoutMs} ms for ${what()}`));
    }, timeoutMs);
    const unsubscribe = world.changes.subscribe((change) => {
      const found = look(change);
      if (found === undefined) return;
      finish();
      resolve(found);
    });
  });
}
