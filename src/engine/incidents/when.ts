import { Refusal } from '../../errors.ts';

// A clock that runs a little ahead of ours is no reason to refuse what somebody saw just now.
const SLACK_MS = 60_000;

/** What happened lies behind us. */
export function assertPast(at: Date, now: Date): void {
  if (at.getTime() <= now.getTime() + SLACK_MS) return;
  throw new Refusal('bad_time', `It cannot have happened at ${at.toISOString()}: that lies ahead. Say when it did.`);
}
