import { z } from 'zod';
import { type Claim, openClaim } from '../domain/claim.ts';
import type { LedgerEvent } from '../domain/event.ts';
import type { Notice, SealedSecret } from '../domain/incident.ts';
import { instantText } from '../domain/instant.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import type { Waiting } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { ForecastContext, StepContext, StepResult } from './contract.ts';
import { isOver } from './keep-replacement.ts';
import { describedKey } from './key-sentences.ts';
import { noticeOf } from './notice-of.ts';
import { opaqueToken } from './opaque-token.ts';

/** Who may take an offered secret. */
export const recipient = z
  .string()
  .regex(
    /^(owner|escalation|(person|group|token):[a-z0-9][a-z0-9_-]{0,62})$/,
    'expected person:<name>, group:<name>, owner, escalation or token:<slug>',
  )
  .describe('Who may claim it: person:carol, group:payments, owner, escalation or token:ci-deployer.');

export interface Offered {
  key: Key;
  sealed: SealedSecret;
  recipient: string;
}

/** Opens a claim and tells its recipient. The key stays pending until it was taken, so an offer that nobody takes harms nobody. */
export async function offer(offered: Offered, context: StepContext): Promise<StepResult> {
  const claim = claimOf(offered, context);
  const { policy } = await context.policy();
  const isUrgent = await replacesDeadKey(offered.key, context);
  const notices = noticesOf(claim, { key: offered.key, isUrgent, policy, context });
  return {
    kind: 'wait',
    waiting: { kind: 'claim', id: claim.id, until: claim.expiresAt },
    events: [{ type: 'claim_opened', claim }, ...notices],
  };
}

/** Who would be told of an offer, if it were made now. */
export async function foreseenClaimers(key: Key, who: string, { policy }: ForecastContext): Promise<string[]> {
  return claimers(who, (await policy()).policy, key);
}

function claimers(who: string, policy: Policy, key: Key): string[] {
  return [...peopleNamed(policy, [who.replace(/^person:/, '')], key)].sort();
}

/** It was taken, its time is over, or somebody was only early. */
export async function lookAtOffer(offered: Offered, context: StepContext & { waiting: Waiting }): Promise<StepResult> {
  const { waiting, ledger, now } = context;
  const claim = waiting.kind === 'claim' ? await ledger.claim(waiting.id) : null;
  if (claim === null) throw new PermanentFailure('The claim that this step waited for is not in the ledger.');
  if (claim.takenAt !== null) return taken(offered);
  if (claim.expiresAt > now()) return { kind: 'wait', waiting, events: [] };
  // With the old key gone, giving up would leave its callers with none.
  if (await replacesDeadKey(offered.key, context)) return offer(offered, context);
  return {
    kind: 'failed',
    error:
      `Nobody claimed the secret of ${nameOf(offered.key)} by ${instantText(claim.expiresAt)}; it was offered to ${claim.recipient}. ` +
      'The old key goes on working. Start the rotation again when they are at hand.',
    events: [],
  };
}

function taken({ key, recipient: target }: Offered): StepResult {
  const events: LedgerEvent[] = key.state === 'pending' ? [{ type: 'key_activated', key: key.id }] : [];
  return { kind: 'done', outputs: { sink: 'claim', target }, events };
}

async function replacesDeadKey({ predecessor }: Key, { ledger, now }: StepContext): Promise<boolean> {
  const old = predecessor === null ? null : await ledger.key(predecessor);
  return old !== null && isOver(old, now());
}

function claimOf({ sealed, recipient: who }: Offered, { run, now, newId }: StepContext): Claim {
  // Nobody gets this token: the recipient is known by name. A link for the one-time page comes with a token of its own.
  const token = opaqueToken(newId);
  return openClaim({
    secret: sealed,
    run: run.id,
    recipient: who,
    offeredBy: run.requestedBy,
    token,
    now: now(),
    newId,
  });
}

interface About {
  key: Key;
  /** The old key is refused already: its callers have none until this is taken. */
  isUrgent: boolean;
  policy: Policy;
  context: StepContext;
}

/** A person who does not know of the offer cannot take it in time. */
function noticesOf(claim: Claim, about: About): LedgerEvent[] {
  return claimers(claim.recipient, about.policy, about.key).map((person) => ({
    type: 'notice_issued',
    notice: noticeTo(`person:${person}`, claim, about),
  }));
}

function noticeTo(to: string, claim: Claim, { key, isUrgent, context }: About): Notice {
  const until = instantText(claim.expiresAt);
  return noticeOf(context, {
    recipient: to,
    key: key.id,
    template: 'secret-offered',
    facts: {
      whichKey: `${describedKey(key)} is made, and its secret is offered to you until ${until}.`,
      replacementAvailable: `Take it on a terminal, once: rekey keys claim ${claim.id}. It is active from then on.`,
      dataIntegrity: isUrgent
        ? 'The old key is refused already: its callers have none until you take this one.'
        : 'Nothing was changed yet. When nobody takes it, the replacement is taken back.',
    },
  });
}
