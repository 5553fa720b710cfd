import type { ExpiryClaim } from '../../domain/digest/claim.ts';
import type { Digest, DigestHead } from '../../domain/digest/digest.ts';
import type { UnusedMark } from '../../domain/digest/unused.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { Origin } from '../engine.ts';
import { claim, letGo } from './claim.ts';
import type { DigestsDeps } from './deps.ts';
import { posted, preview, send } from './send.ts';
import { snooze } from './snooze.ts';
import { answerUnused, markUnused } from './unused.ts';

/** `key`: its id, so that a button means the version that it was shown with; or its name. */
export type OnDigestKey = Origin & { key: string };

export interface Answered {
  key: Key;
  /** What happened to the key, and what is left to do, in one sentence. */
  sentence: string;
}

/**
 * What people say to a digest. Each checks the policy, writes change, audit and dedupe in one transaction, and returns when that is durable.
 * What people can act on comes as a Refusal.
 */
export interface Digests {
  /** For who may `rotate` it. Refusals: `already_claimed` names by whom and until when, `rotation_open`, `key_over`. */
  claim: (request: OnDigestKey) => Promise<ExpiryClaim>;
  /** Back to everybody. Refusals: `not_claimed`, `not_your_claim`. */
  letGo: (request: OnDigestKey) => Promise<void>;
  /** Out of the digest for so many days, for who may `rotate` it. Refusals with the latest date: `snooze_too_long`, `snooze_too_late`. */
  snooze: (request: OnDigestKey & { days: number }) => Promise<Date>;
  /**
   * Asks the owner whether it may go, for who may `rotate` it; an owner who says so has answered. Refusals: `still_used` names the callers,
   * `already_marked`, `nobody_to_confirm`, `key_over`.
   */
  markUnused: (request: OnDigestKey & { reason: string }) => Promise<Answered & { mark: UnusedMark }>;
  /** For who would be asked now. A yes suspends the key where Rekey itself verifies it and the one who answers may; nothing is revoked. */
  answerUnused: (mark: string, request: Origin & { confirmed: boolean }) => Promise<Answered>;
  /** As it would be now, with the keys that this person may read. Writes nothing. */
  preview: (person: PersonId) => Promise<Digest>;
  /** One that was posted, with the keys that this person may read. Refusal `unknown_digest`. */
  posted: (id: string, person: PersonId) => Promise<Digest>;
  /** One more digest, now, for who may `administer`. The clock's own comes all the same. */
  send: (request: Origin) => Promise<DigestHead>;
}

export function openDigests(deps: DigestsDeps): Digests {
  return {
    claim: (request) => claim(deps, request),
    letGo: (request) => letGo(deps, request),
    snooze: (request) => snooze(deps, request),
    markUnused: (request) => markUnused(deps, request),
    answerUnused: (mark, request) => answerUnused(deps, mark, request),
    preview: (person) => preview(deps, person),
    posted: (id, person) => posted(deps, id, person),
    send: (request) => send(deps, request),
  };
}
