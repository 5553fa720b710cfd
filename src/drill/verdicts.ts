import type { Verify } from './regions.ts';

const LETS_THROUGH: readonly string[] = ['valid', 'retiring'];

/** A verifier that keeps a good verdict for so long, and does not ask Rekey again meanwhile. */
export function cached(
  verify: Verify,
  { keepMs, now }: { keepMs: number; now: () => Date },
): {
  verify: Verify;
  clear: () => void;
} {
  const kept = new Map<string, { verdict: Awaited<ReturnType<Verify>>; until: number }>();
  return {
    verify: async (material, caller) => {
      const before = kept.get(material.reveal());
      if (before !== undefined && now().getTime() < before.until) return before.verdict;
      const verdict = await verify(material, caller);
      if (LETS_THROUGH.includes(verdict.status))
        kept.set(material.reveal(), { verdict, until: now().getTime() + keepMs });
      return verdict;
    },
    clear: () => kept.clear(),
  };
}

/** A verifier that refuses every key which it has not seen in the beginning, as long as `isOver` says no. */
export function refusingNew(
  verify: Verify,
  { isOld, isOver }: { isOld: (material: string) => boolean; isOver: (material: string) => boolean },
): Verify {
  return async (material, caller) => {
    const text = material.reveal();
    const verdict = await verify(material, caller);
    if (isOld(text) || !LETS_THROUGH.includes(verdict.status) || isOver(text)) return verdict;
    return verdict.id === undefined ? { status: 'not_found' } : { status: 'not_found', id: verdict.id };
  };
}

/** Says of a key whether it was asked about so long ago for the first time: how long a place needs to learn of one. */
export function learnsNewAfter(ms: number, now: () => Date): (material: string) => boolean {
  const firstSeen = new Map<string, number>();
  return (material) => {
    const at = firstSeen.get(material) ?? now().getTime();
    firstSeen.set(material, at);
    return now().getTime() - at >= ms;
  };
}
