import type { Json } from '../json.ts';

type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

export interface Envelope {
  type: EnvelopeType;
  payload: Json;
  /** Whether an answer may come with the acknowledgement; Slack says so for all but events. */
  acceptsReply: boolean;
  retry?: { attempt: number; reason: string };
}

/** `dispatch_failed`: nobody was there to take it. The codes are those Slack shows to the person. */
export type Ack =
  | { kind: 'acked'; reply: unknown }
  | { kind: 'failed'; error: 'operation_timeout' | 'dispatch_failed'; detail: string };

/** The two ways to an app: Socket Mode and signed HTTP. */
export interface Transport {
  kind: 'socket' | 'http';
  /** Never rejects. */
  deliver(envelope: Envelope): Promise<Ack>;
}
