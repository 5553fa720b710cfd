import type { Workspace } from '../../src/workspace/workspace.ts';

const METHODS = [
  'chat.postMessage',
  'chat.update',
  'chat.postEphemeral',
  'conversations.open',
  'conversations.info',
  'users.info',
];
// Rarely enough that some calls get through: a Slack in which nothing works at all is another test (test/incident).
const EVERY_MS = 400;

/** Slack on its worst day, as long as the journey lasts; the same seed brings the same troubles. Returns how it gets well again. */
export function troubles({ faults }: Workspace, seed: number): () => void {
  const random = sequence(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const KINDS: readonly (() => void)[] = [
    () => faults.failNext(1, 500, one(METHODS)),
    () => faults.failNext(1, 503, one(METHODS)),
    () => faults.rateLimitNext(1, 1, one(METHODS)),
    () => faults.loseReplyNext(1, 'chat.postMessage'),
    () => faults.loseReplyNext(1, one(METHODS)),
    () => faults.delayDelivery(one([0, 0, 100, 300])),
    () => faults.slow(one([0, 0, 50, 400]), one(METHODS)),
    () => faults.refreshSockets({ warningMs: 50, lingerMs: 300 }),
  ];
  faults.duplicateDelivery(true);
  const timer = setInterval(() => one(KINDS)(), EVERY_MS);
  return () => {
    clearInterval(timer);
    faults.duplicateDelivery(false);
    faults.delayDelivery(0);
    for (const method of METHODS) faults.slow(0, method);
  };
}

/** mulberry32: small, and the same everywhere. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
