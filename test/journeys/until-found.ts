import { setTimeout as pause } from 'node:timers/promises';

const WITHIN_MS = 25_000;

/** Looks again until it is there; says what stood there instead. */
export async function untilFound<T>(
  what: string,
  look: () => T | undefined,
  shown: () => string,
  withinMs = WITHIN_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(`${what} was not there within ${withinMs / 1_000} s. There was:\n  | ${shown()}`);
    await pause(20);
  }
}
