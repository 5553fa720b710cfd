import { personOf } from './ids.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { instantText } from './instant.ts';
import { type Key, nameOf } from './key.ts';
import { isWildcard } from './key-class.ts';
import type { Answer, Missed, Question } from './questions.ts';

export interface FollowUp {
  what: string;
  owner: string;
  due: Date;
}

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;

/** What has to happen after the incident so that it does not come again: each with an owner and a date. */
export function followUpsOf(facts: IncidentFacts, missed: Missed | null): FollowUp[] {
  const { failed, current, run, now } = facts;
  const key = current ?? failed;
  const owner = key?.owner ?? personOf(run.requestedBy) ?? 'whoever owns the runbook';
  const due = new Date(now.getTime() + WEEK_MS);
  const items = [...fromAnswers(facts, missed), ...fromKeys(facts)].map((what) => ({ what, owner, due }));
  return [...items, ...nextRotation(current, facts, owner)];
}

function fromAnswers({ current, failed, reminder }: IncidentFacts, missed: Missed | null): string[] {
  const key = current ?? failed;
  const name = key === null ? 'the key' : key.slug;
  const found = (question: Question, answer: Answer['answer']) =>
    missed?.answers.some((one) => one.question === question && one.answer === answer) ?? false;
  const proven = reminder?.tested != null;
  return [
    ...(found('alert_configured', 'no') ? ['Configure key_expiring_soon under `alerts` in policy.yaml.'] : []),
    ...(found('alert_backed', 'no') && !proven
      ? [`Back the alert for ${name} by the expiring-soon query and test-fire it.`]
      : []),
    ...(found('right_owner', 'no') && !proven ? [`Route the warnings about ${name} to its owner.`] : []),
    ...(found('missing_owner', 'yes')
      ? [`Register an owner known to policy.yaml and an expiry date for ${name}.`]
      : []),
    ...(found('peer_blocked', 'yes')
      ? [`Agree with the peers of ${name} by when they answer before the next rotation.`]
      : []),
  ];
}

function fromKeys({ failed, current }: IncidentFacts): string[] {
  const wide = current?.scopes.filter(isWildcard) ?? [];
  return [
    ...(failed?.state === 'expired' ? [`Revoke ${nameOf(failed)}: it is expired, and not revoked.`] : []),
    ...(failed !== null && current?.id === failed.id && failed.class !== 'passphrase' && !isUsable(failed)
      ? [`Register the key that took the place of ${nameOf(failed)}, so that its expiry is watched.`]
      : []),
    ...(failed?.class === 'passphrase' ? [`Schedule a controlled rekey of ${failed.slug} for a quiet hour.`] : []),
    ...(current !== null && wide.length > 0
      ? [`Narrow the scopes of ${nameOf(current)}: ${wide.join(', ')} says nothing about what its callers need.`]
      : []),
  ];
}

function isUsable({ state }: Key): boolean {
  return state === 'active' || state === 'retiring';
}

function nextRotation(current: Key | null, { reminder }: IncidentFacts, owner: string): FollowUp[] {
  if (current?.expiresAt == null || reminder === null || current.state !== 'active') return [];
  const due = new Date(current.expiresAt.getTime() - Math.max(...reminder.withinDays, 0) * DAY_MS);
  return [
    {
      what: `Plan the next rotation of ${current.slug}; ${nameOf(current)} expires ${instantText(current.expiresAt)}.`,
      owner,
      due,
    },
  ];
}
