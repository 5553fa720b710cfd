/**
 * What came in from Slack or a hook, kept before it is acknowledged. The id is unique, so a replay or a second delivery is seen. What a
 * crash left unhandled is handled at the next start. `response_url`, `trigger_id` and tokens are taken out before it is stored.
 */
export interface Inbound {
  /** `slack:<trigger id>`, `slack:<event id>`, `hook:<hash of the signature>` … */
  id: string;
  kind: string;
  /** JSON text, at most 64 KiB. */
  payload: string;
  receivedAt: Date;
}

export interface Inbox {
  accept: (inbound: Inbound) => Promise<'new' | 'seen'>;
  /** What was kept under this id, handled or not; null when it was never there or is pruned. */
  find: (id: string) => Promise<Inbound | null>;
  handled: (id: string, at: Date) => Promise<void>;
  /** Received but not handled, oldest first. */
  unhandled: (kindPrefix: string) => Promise<Inbound[]>;
}
