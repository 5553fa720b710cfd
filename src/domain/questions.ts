import { z } from 'zod';
import type { ExpiryClaim } from './digest/claim.ts';
import { type Impression, mornings, reachedBy, shownBefore, shownSentence } from './digest/shown.ts';
import { spanText } from './duration.ts';
import type { Ask, Notice, Reminder } from './incident.ts';
import { type Key, nameOf } from './key.ts';

export const QUESTIONS = ['alert_configured', 'alert_backed', 'right_owner', 'missing_owner', 'peer_blocked'] as const;
export type Question = (typeof QUESTIONS)[number];

/** The words of R-KEY-EXPIRY. */
export const QUESTION_TEXT = {
  alert_configured: 'Was a key_expiring_soon alert configured?',
  alert_backed: 'Was the alert backed by the expiring-soon query or an equivalent?',
  right_owner: 'Did the alert route to the right owner?',
  missing_owner: 'Did the key lack an owner or rotation date?',
  peer_blocked: 'Was the rotation procedure blocked by peer coordination?',
} as const satisfies Record<Question, string>;

export const Answer = z.object({
  question: z.enum(QUESTIONS),
  answer: z.enum(['yes', 'no', 'unknown']),
  proof: z.string().describe('What in the ledger says so, in one sentence.'),
});
export type Answer = z.infer<typeof Answer>;

/** As the answers are kept as evidence, and found again by the summary. */
export const Missed = z.object({ answers: z.array(Answer), missed: z.string() });
export type Missed = z.infer<typeof Missed>;
export const MISSED_ROTATION = 'missed_rotation';

/** What the ledger and the policy know about the time before the key expired. */
export interface MissedFacts {
  key: Key;
  now: Date;
  /** The policy row, or null. */
  alert: { withinDays: readonly number[]; channel: string } | null;
  reminder: Reminder | null;
  /** Notices of the template `key_expiring_soon` about this key. */
  warnings: readonly Notice[];
  /** Every message of a digest that showed it, and who said that they take care of it. */
  impressions: readonly Impression[];
  claims: readonly ExpiryClaim[];
  /** The people behind the owner's name today. */
  owners: readonly string[];
  /** Since when the ledger knows this key; null when it cannot tell. */
  knownSince: Date | null;
  /** What a rotation that was under way when the key expired was waiting for. */
  pending: readonly Ask[];
  /** Rotations of this key that had begun and not ended when it expired. */
  underWay: number;
  /** Peers that had been told of the key's replacement by then, and did not trust it yet. */
  latePeers: readonly { peer: string; toldAt: Date }[];
}

/** The template of the digest's and the owner's warning before an expiry. */
export const EXPIRING_SOON = 'key_expiring_soon';

/** The five questions of R-KEY-EXPIRY (Investigate), each answered by what is recorded, with its proof. */
export function answerQuestions(ask: readonly Question[], facts: MissedFacts): Answer[] {
  return ask.map((question) => ({ question, ...ANSWERS[question](facts) }));
}

type Found = Omit<Answer, 'question'>;

const ANSWERS: Record<Question, (facts: MissedFacts) => Found> = {
  alert_configured: alertConfigured,
  alert_backed: alertBacked,
  right_owner: rightOwner,
  missing_owner: missingOwner,
  peer_blocked: peerBlocked,
};

function alertConfigured({ key, alert, reminder, impressions, now }: MissedFacts): Found {
  if (reminder !== null && reminder.setAt < endOf(key, now))
    return yes(
      `A reminder for this key was set on ${day(reminder.setAt)} for ${daysText(reminder.withinDays)} before its expiry.`,
    );
  if (alert !== null)
    return yes(
      `policy.yaml has key_expiring_soon at ${daysText(alert.withinDays)} before an expiry, into ${alert.channel}.`,
    );
  const [first] = shownBefore(impressions, endOf(key, now));
  if (first !== undefined) return yes(`The key digest showed it from ${day(first.at)} on.`);
  return no('policy.yaml has no key_expiring_soon alert, and no reminder was set for this key.');
}

function alertBacked(facts: MissedFacts): Found {
  const { key, reminder, now } = facts;
  if (alertConfigured(facts).answer === 'no') return no('There was no alert that a query could have backed.');
  if (key.expiresAt === null)
    return no('No expiry date is registered, so no expiring-soon query can ever find this key.');
  const shown = shownBefore(facts.impressions, endOf(key, now));
  const [earliest] = shown;
  if (earliest !== undefined)
    return yes(
      `The digest's expiring-soon query found this key on ${times(mornings(shown), 'morning')}, first on ${day(earliest.at)}.`,
    );
  const warnings = before(facts);
  const first = warnings[0];
  if (first !== undefined)
    return yes(`The expiring-soon query found this key ${times(warnings.length)}, first on ${day(first.createdAt)}.`);
  if (reminder?.tested && reminder.tested.at < endOf(key, now))
    return yes(`The reminder was test-fired against the ledger's expiring-soon query on ${day(reminder.tested.at)}.`);
  return (
    knewInTime(facts) ??
    no('The alert was configured, but no expiring-soon query ever reported this key before it expired.')
  );
}

function rightOwner(facts: MissedFacts): Found {
  const { key, owners } = facts;
  if (owners.length === 0)
    return no(`${nameOf(key)} has no owner that policy.yaml knows, so no alert could reach the right one.`);
  const shown = shownBefore(facts.impressions, endOf(key, facts.now));
  const seen = shown.filter((one) => reachedBy([one]).some((person) => owners.some((owner) => owner === person)));
  const sentence = shownSentence(seen, facts.claims, endOf(key, facts.now));
  if (sentence !== null)
    return yes(`${owners.join(', ')} had it in the digest: ${sentence}; no rotation was completed.`);
  const warnings = before(facts);
  const reached = warnings.filter((notice) => owners.some((owner) => notice.recipient === `person:${owner}`));
  const last = reached.at(-1);
  if (last !== undefined)
    return yes(
      `${owners.join(', ')} got ${times(reached.length, 'warning')}, last on ${day(last.createdAt)}; no rotation was completed.`,
    );
  const others = [...new Set([...warnings.map((notice) => notice.recipient), ...elsewhere(shown)])];
  if (others.length > 0) return no(`Warnings went to ${others.join(', ')} and not to ${owners.join(', ')}.`);
  return knewInTime(facts) ?? no(`No warning about this key is on record, so none reached ${owners.join(', ')}.`);
}

function missingOwner({ key, owners }: MissedFacts): Found {
  if (key.owner === null) return yes('No owner is registered.');
  if (key.expiresAt === null) return yes('No expiry date is registered.');
  if (owners.length === 0) return yes(`The registered owner ${key.owner} names no one in policy.yaml.`);
  return no(`Owner ${key.owner} (${owners.join(', ')}) and expiry ${day(key.expiresAt)} are registered.`);
}

function peerBlocked({ key, pending, underWay, latePeers, now }: MissedFacts): Found {
  const [late] = latePeers;
  if (late !== undefined)
    return yes(
      `A rotation had waited ${spanText(endOf(key, now).getTime() - late.toldAt.getTime())} for ${latePeers.map((one) => one.peer).join(', ')}, told and not on the new key yet.`,
    );
  const own = [key.owner, key.escalation, 'owner', 'escalation'];
  const peers = pending.filter((ask) => !own.includes(ask.assignee));
  const [peer] = peers;
  if (peer !== undefined)
    return yes(
      `A rotation had waited ${spanText(endOf(key, now).getTime() - peer.createdAt.getTime())} for ${peer.assignee}: "${peer.question}"`,
    );
  const [first] = pending;
  if (first !== undefined) return no(`A rotation was waiting for its own people (${first.assignee}), not for a peer.`);
  if (underWay > 0) return no('A rotation was under way when the key expired; it was not waiting for a peer.');
  return no('No rotation of this key was under way when it expired.');
}

const CAUSES: readonly [Question, Answer['answer'], string][] = [
  ['missing_owner', 'yes', 'nobody could be warned'],
  ['alert_configured', 'no', 'no alert was configured'],
  ['peer_blocked', 'yes', 'a peer had not answered'],
  ['alert_backed', 'no', 'the alert was not backed by a query'],
  ['right_owner', 'no', 'no warning reached the owner'],
  ['right_owner', 'yes', 'the owner was warned and did not rotate'],
];

/** Why the rotation was missed, in one sentence, from the answers alone. */
export function whyMissed(answers: readonly Answer[]): string {
  for (const [question, answer, cause] of CAUSES) {
    const found = answers.find((one) => one.question === question && one.answer === answer);
    if (found !== undefined) return `The rotation was missed because ${cause}: ${found.proof}`;
  }
  return 'The ledger does not show why the rotation was missed; ask the owner.';
}

/** Whom the digest reached instead: who owned it then, or nobody but the channel. */
function elsewhere(shown: readonly Impression[]): string[] {
  if (shown.length === 0) return [];
  const people = reachedBy(shown);
  return people.length === 0 ? ["the digest's channel"] : people.map((person) => `person:${person}`);
}

// Before the ledger knew the key, silence proves nothing.
function knewInTime({ key, knownSince, now }: MissedFacts): Found | null {
  if (knownSince !== null && knownSince < endOf(key, now)) return null;
  return {
    answer: 'unknown',
    proof: 'The ledger learned of this key only after it had expired; what was sent before is not on record.',
  };
}

function before({ key, warnings, now }: MissedFacts): Notice[] {
  return warnings
    .filter((notice) => notice.createdAt < endOf(key, now))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function endOf(key: Key, now: Date): Date {
  return key.expiresAt !== null && key.expiresAt < now ? key.expiresAt : now;
}

const yes = (proof: string): Found => ({ answer: 'yes', proof });
const no = (proof: string): Found => ({ answer: 'no', proof });
const day = (at: Date) => at.toISOString().slice(0, 10);
const daysText = (days: readonly number[]) => `${days.join(', ')} days`;
const times = (count: number, what = 'time') => `${count} ${what}${count === 1 ? '' : 's'}`;
