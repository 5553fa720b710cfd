import type { Json } from './json.ts';

/** A refusal in Slack's own vocabulary: `{ ok: false, error: code, ...details }`. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  readonly details: Json;

  constructor(code: string, details: Json = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}
