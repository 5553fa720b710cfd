/** One API call, delivery or response_url use, as it went over the wire. Tokens are never in it. */
export interface WireEntry {
  seq: number;
  /** ISO 8601, UTC. */
  at: string;
  /** `from_app`: the bot called us. `to_app`: we delivered to the bot. */
  direction: 'from_app' | 'to_app';
  kind: 'api' | 'response_url' | 'socket' | 'http';
  /** The API method, or the type of the delivery: slash_commands, block_actions, view_submission, app_mention, … */
  name: string;
  body: unknown;
  result: unknown;
}

export interface WireLog {
  add(entry: Omit<WireEntry, 'seq' | 'at'>): void;
  list(): WireEntry[];
  subscribe(listener: (entry: WireEntry) => void): () => void;
}

/** The last `capacity` entries; a subscriber sees every one. */
export function openWireLog(capacity: number, clock: () => number): WireLog {
  const entries: WireEntry[] = [];
  const listeners = new Set<(entry: WireEntry) => void>();
  let seq = 0;
  return {
    add(entry) {
      seq += 1;
      const written = { seq, at: new Date(clock()).toISOString(), ...entry };
      entries.push(written);
      if (entries.length > capacity) entries.shift();
      for (const listener of listeners) listener(written);
    },
    list: () => [...entries],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
