import type { ClaimEnd, ExpiryClaim } from './digest/claim.ts';
import type { Digest } from './digest/digest.ts';
import type { Snooze } from './digest/snooze.ts';
import type { UnusedMark } from './digest/unused.ts';
import type { KeyId, PersonId } from './ids.ts';
import type { Told } from './told.ts';

/** What is told of keys that end, who saw it, and what people said to it. */
export type DigestEvent =
  /** With nothing in it, it is the heartbeat of a quiet morning. */
  | { type: 'digest_ran'; digest: Digest }
  /** A message of it reached Slack; `to` null: the channel. */
  | { type: 'digest_shown'; digest: string; message: string; to: PersonId | null; shownAt: Date }
  | { type: 'digest_key_claimed'; claim: ExpiryClaim }
  /** `tell`: the one who claimed it, where the schedule took it back. */
  | { type: 'digest_claim_ended'; claim: string; key: KeyId; how: ClaimEnd; why: string; tell: PersonId[] }
  | { type: 'digest_key_snoozed'; snooze: Snooze }
  | { type: 'digest_key_unused'; mark: UnusedMark }
  | { type: 'digest_unused_answered'; mark: string; key: KeyId; confirmed: boolean; by: PersonId };

export type ToldOfDigest = Extract<Told, { type: DigestEvent['type'] }>;

export function isAboutDigest(event: Told): event is ToldOfDigest {
  return event.type.startsWith('digest_');
}

export function sentenceForDigest(event: ToldOfDigest, name: (id: string) => string): string {
  switch (event.type) {
    case 'digest_ran': {
      const { day, kind, keys, parts } = event.digest;
      return parts === 0
        ? `The digest of ${day} had nothing to say.`
        : `The ${kind === 'asked' ? 'digest that was asked for' : `${kind} digest`} of ${day} tells of ${keys} key${keys === 1 ? '' : 's'}.`;
    }
    case 'digest_shown':
      return `${event.message} was shown ${event.to === null ? 'in the channel' : `to ${event.to}`}.`;
    case 'digest_key_claimed':
      return `${event.claim.by} takes care of ${name(event.claim.key)} until ${event.claim.until}.`;
    case 'digest_claim_ended':
      return `The claim on ${name(event.key)} ended (${event.how.replace('_', ' ')}): ${event.why}`;
    case 'digest_key_snoozed':
      return `${event.snooze.by} keeps ${name(event.snooze.key)} out of the digest until ${event.snooze.until}.`;
    case 'digest_key_unused':
      return `${event.mark.by} says that ${name(event.mark.key)} is not in use: ${event.mark.reason}`;
    case 'digest_unused_answered':
      return event.confirmed
        ? `${event.by} agrees that ${name(event.key)} is not in use.`
        : `${event.by} says that ${name(event.key)} is still in use.`;
    default:
      return event satisfies never;
  }
}
