import { UNUSED_DAYS, usedSince } from '../../domain/digest/unused.ts';
import { nameOf } from '../../domain/key.ts';
import type { Sources } from '../deps.ts';
import type { ReleasedClaim } from '../views/digest-claim.ts';
import type { Outlook } from '../views/digest-outlook.ts';
import type { UnusedQuestion } from '../views/digest-unused.ts';
import { displayNames } from './names.ts';

export async function loadOutlook({ ledger }: Sources, subject: string): Promise<Outlook | null> {
  const head = await ledger.digestHead(subject.split('/')[0] ?? '');
  return head?.figures == null ? null : { id: head.id, day: head.day, ...head.figures };
}

export async function loadReleasedClaim({ ledger }: Sources, subject: string): Promise<ReleasedClaim | null> {
  const claim = await ledger.expiryClaim(subject);
  const key = claim === null ? null : await ledger.key(claim.key);
  if (claim === null || key === null || claim.end === null) return null;
  const free = key.supersededAt === null && key.state === 'active' && (await ledger.openExpiryClaim(key.id)) === null;
  return { key: key.id, name: nameOf(key), why: claim.end.why, free };
}

export async function loadUnusedQuestion(sources: Sources, subject: string): Promise<UnusedQuestion | null> {
  const { ledger, now } = sources;
  const mark = await ledger.unusedMark(subject);
  const key = mark === null ? null : await ledger.key(mark.key);
  if (mark === null || key === null) return null;
  const name = await displayNames(sources);
  const callers = await ledger.callersOf(key.id, usedSince(now()));
  const counted = callers.map(({ caller, calls }) => `${caller} (${calls})`).join(', ');
  return {
    id: mark.id,
    name: nameOf(key),
    by: name(mark.by),
    at: mark.at,
    reason: mark.reason,
    callers:
      counted ||
      `none was counted in the last ${UNUSED_DAYS} days${key.provider === 'ledger' ? '' : `; ${key.provider} verifies it, so Rekey sees only what is reported`}`,
    effect:
      key.provider === 'ledger'
        ? 'suspends it where you may do that: callers are refused, and it can be reinstated. Revoking it stays a step of its own.'
        : `changes nothing at ${key.provider}; it is kept here that it may go.`,
    answer: mark.answer === null ? null : { ...mark.answer, by: name(mark.answer.by) },
  };
}
