import { inspect } from 'node:util';

const MASK = '[secret]';

/** Key material in memory. However it is printed, logged, serialised or interpolated, `[secret]` is all that comes out. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    remember(text);
  }

  /** The only way out. Call it where the bytes leave for their recipient, never to build a message. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

// Values that were alive in this process, for the scrubber. Bounded: the oldest leave first.
const LIVE_LIMIT = 2_000;
const live = new Set<string>();

function remember(text: string): void {
  if (text.length < 8) return;
  live.delete(text);
  live.add(text);
  const oldest = live.values().next();
  if (live.size > LIVE_LIMIT && !oldest.done) live.delete(oldest.value);
}

/** The secrets that this process has held, newest last. For scrub.ts only. */
export function liveSecrets(): ReadonlySet<string> {
  return live;
}
