import { assertOpenMark, assertUnused, type UnusedMark, usedSince } from '../../domain/digest/unused.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { PersonId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Origin } from '../engine.ts';
import { isAuthorized } from '../keys/authority.ts';
import { keyOrThrow, recordOnKey } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import { assertNotLastAdmin } from '../rotations/lock-out.ts';
import type { DigestsDeps } from './deps.ts';
import type { Answered, OnDigestKey } from './digests.ts';
import { assertCurrent, personOrRefuse } from './on-key.ts';

export async function markUnused(
  deps: DigestsDeps,
  request: OnDigestKey & { reason: string },
): Promise<Answered & { mark: UnusedMark }> {
  const by = personOrRefuse(request);
  const key = await recordOnKey(deps, request, {
    verb: 'rotate',
    doing: 'say unused',
    decide: async ({ key, read, policy, now }) => {
      assertCurrent(key);
      const before = await read.standingMark(key.id);
      const isOwner = peopleNamed(policy, ['owner'], key).has(by);
      // An owner who says the same as the question is has answered it, also one who came after it was asked.
      if (before !== null && before.answer === null && isOwner)
        return confirming(before, { key, read, policy, origin: request, now });
      if (before !== null) throw alreadyMarked(key, before);
      assertUnused(key, await read.callersOf(key.id, usedSince(now)));
      const asked = isOwner ? [] : askedAbout(key, by, policy);
      const mark = { id: deps.newId('unu'), key: key.id, by, reason: request.reason, at: now, asked, answer: null };
      const marked: LedgerEvent = { type: 'digest_key_unused', mark };
      return isOwner ? [marked, ...(await confirming(mark, { key, read, policy, origin: request, now }))] : [marked];
    },
  });
  const mark = await deps.ledger.read.standingMark(key.id);
  if (mark === null) throw new Refusal('unknown_mark', `${nameOf(key)} was said to be in use since.`);
  const asked = `${mark.asked.join(' or ')} is asked whether ${nameOf(key)} may go; until then it works as before.`;
  return { key, mark, sentence: mark.answer === null ? asked : whatIsLeft(key) };
}

/** Its owner; where nobody owns it, whom it escalates to, and then who may revoke it. */
function askedAbout(key: Key, by: PersonId, policy: Policy): PersonId[] {
  for (const names of [['owner'], ['escalation'], policy.may.revoke ?? []]) {
    const people = peopleNamed(policy, names, key);
    people.delete(by);
    if (people.size > 0) return [...people].sort();
  }
  throw new Refusal(
    'nobody_to_confirm',
    `Nobody could confirm that ${nameOf(key)} is not in use: it has no owner or escalation that policy.yaml knows. Say who owns it first: rekey keys change ${key.slug} --owner …`,
  );
}

/** Judged at the press: whoever owned the key when it was asked about may have handed it over since. */
function assertAnswers(mark: UnusedMark, { by, key, policy }: { by: PersonId; key: Key; policy: Policy }): void {
  if (peopleNamed(policy, ['owner'], key).has(by)) return;
  const asked = askedAbout(key, mark.by, policy);
  if (asked.includes(by)) return;
  throw new Refusal('not_asked', `You are not asked about ${nameOf(key)}. Who is: ${asked.join(', ')}.`);
}

function alreadyMarked(key: Key, { by, asked, answer }: UnusedMark): Refusal {
  const answered = answer === null ? `${asked.join(' or ')} is asked to confirm it` : `${answer.by} has agreed`;
  return new Refusal('already_marked', `${by} has said already that ${nameOf(key)} is not in use; ${answered}.`);
}

export async function answerUnused(
  deps: DigestsDeps,
  id: string,
  request: Origin & { confirmed: boolean },
): Promise<Answered> {
  const by = personOrRefuse(request);
  return auditRefusal(deps, { origin: request, what: `answer ${id}` }, async () => {
    const { policy } = await deps.policy();
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    const answered = await deps.ledger.record(context, async ({ read }) => {
      const mark = await read.unusedMark(id);
      if (mark?.answer?.by === by && mark.answer.confirmed === request.confirmed)
        return { events: [], result: mark.key };
      assertOpenMark(mark);
      const key = await keyOrThrow(read, mark.key);
      assertAnswers(mark, { by, key, policy });
      const now = deps.now();
      const no: LedgerEvent = { type: 'digest_unused_answered', mark: id, key: key.id, confirmed: false, by };
      const events = request.confirmed ? await confirming(mark, { key, read, policy, origin: request, now }) : [no];
      return { events, result: key.id };
    });
    const key = await keyOrThrow(deps.ledger.read, answered);
    const stays = `${nameOf(key)} stays as it is, and in the digest.`;
    return { key, sentence: request.confirmed ? whatIsLeft(key) : stays };
  });
}

interface Confirming {
  key: Key;
  read: LedgerReader;
  policy: Policy;
  origin: Origin;
  now: Date;
}

/**
 * Asked again now, because callers may have come back meanwhile. Suspending shows within minutes whether somebody misses the key, and can be
 * taken back; where another system verifies it, writing "suspended" here would be a lie.
 */
async function confirming(mark: UnusedMark, { key, read, policy, origin, now }: Confirming): Promise<LedgerEvent[]> {
  assertCurrent(key);
  assertUnused(key, await read.callersOf(key.id, usedSince(now)));
  const by = personOrRefuse(origin);
  const yes: LedgerEvent = { type: 'digest_unused_answered', mark: mark.id, key: key.id, confirmed: true, by };
  const canSuspend = key.provider === 'ledger' && key.state === 'active';
  if (!canSuspend || !(await isAuthorized(read, { policy, verb: 'suspend', origin, subject: key, now }))) return [yes];
  await assertNotLastAdmin(read, key, now, 'suspend');
  return [yes, { type: 'key_suspended', key: key.id, reason: `Not in use, says ${mark.by}: ${mark.reason}` }];
}

function whatIsLeft(key: Key): string {
  const revoke = `rekey keys revoke ${key.slug}`;
  if (key.state === 'suspended')
    return `${nameOf(key)} is suspended: its callers are refused from now on. When nobody misses it, revoke it: ${revoke}. When somebody does: rekey keys reinstate ${key.slug}.`;
  if (key.provider === 'ledger') return `${nameOf(key)} still works. Somebody who may revoke it ends it: ${revoke}.`;
  return `${nameOf(key)} still works, because ${key.provider} verifies it. Take it away there, then write it down here: ${revoke}.`;
}
