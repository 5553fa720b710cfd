import { personOf } from './ids.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { instantText } from './instant.ts';
import { type Key, nameOf } from './key.ts';
import { isWildcard } from './key-class.ts';
import type { Answer, Missed, Question } from './questions.ts';

/** What a rule asks for. `rule` is the same each time, so that the same incident is asked for it once. */
export interface SuggestedFollowUp {
  rule: string;
  what: string;
  owner: string;
  dueAt: Date;
}

/** Who it is for as long as nobody is known; the reminders go to whom the key escalates to. */
export const NOBODY = 'nobody';

const DAY_MS = 24 * 3_600_000;
const WEEK_MS = 7 * DAY_MS;

/** What has to happen after the incident so that it does not come again: each with an owner and a date. */
export function suggestedFollowUps(facts: IncidentFacts, missed: Missed | null): SuggestedFollowUp[] {
  const { failed, current, run, incident, now } = facts;
  const key = current ?? failed;
  const owner = key?.owner ?? personOf(run?.requestedBy ?? incident.openedBy) ?? NOBODY;
  const dueAt = new Date(now.getTime() + WEEK_MS);
  const items = [...fromAnswers(facts, missed), ...fromKeys(facts)];
  const all = items.flatMap(([isNeeded, rule, what]) => (isNeeded ? [{ rule, what: what(), owner, dueAt }] : []));
  return [...all, ...nextRotation(current, facts, owner)];
}

type Rule = [isNeeded: boolean, rule: string, what: () => string];

function fromAnswers({ current, failed, reminder }: IncidentFacts, missed: Missed | null): Rule[] {
  const key = current ?? failed;
  const name = key === null ? 'the key' : key.slug;
  const found = (question: Question, answer: Answer['answer']) =>
    missed?.answers.some((one) => one.question === question && one.answer === answer) ?? false;
  const proven = reminder?.tested != null;
  return [
    [
      found('alert_configured', 'no'),
      'alert_configured',
      () => 'Configure key_expiring_soon under `alerts` in policy.yaml.',
    ],
    [
      found('alert_backed', 'no') && !proven,
      'alert_backed',
      () => `Back the alert for ${name} by the expiring-soon query and test-fire it.`,
    ],
    [found('right_owner', 'no') && !proven, 'right_owner', () => `Route the warnings about ${name} to its owner.`],
    [
      found('missing_owner', 'yes'),
      'missing_owner',
      () => `Register an owner known to policy.yaml and an expiry date for ${name}.`,
    ],
    [
      found('peer_blocked', 'yes'),
      'peer_blocked',
      () => `Agree with the peers of ${name} by when they answer before the next rotation.`,
    ],
  ];
}

function fromKeys({ failed, current }: IncidentFacts): Rule[] {
  if (failed === null) return [];
  const wide = current?.scopes.filter(isWildcard) ?? [];
  const isSame = current?.id === failed.id && failed.class !== 'passphrase' && !isUsable(failed);
  const newest = current ?? failed;
  return [
    [failed.state === 'expired', 'revoke_expired', () => `Revoke ${nameOf(failed)}: it is expired, and not revoked.`],
    [
      isSame,
      'register_replacement',
      () => `Register the key that took the place of ${nameOf(failed)}, so that its expiry is watched.`,
    ],
    [
      failed.class === 'passphrase',
      'controlled_rekey',
      () => `Schedule a controlled rekey of ${failed.slug} for a quiet hour.`,
    ],
    [
      wide.length > 0,
      'narrow_scopes',
      () => `Narrow the scopes of ${nameOf(newest)}: ${wide.join(', ')} says nothing about what its callers need.`,
    ],
  ];
}

function isUsable({ state }: Key): boolean {
  return state === 'active' || state === 'retiring';
}

function nextRotation(current: Key | null, { reminder }: IncidentFacts, owner: string): SuggestedFollowUp[] {
  if (current?.expiresAt == null || reminder === null || current.state !== 'active') return [];
  const dueAt = new Date(current.expiresAt.getTime() - Math.max(...reminder.withinDays, 0) * DAY_MS);
  return [
    {
      rule: 'next_rotation',
      what: `Plan the next rotation of ${current.slug}; ${nameOf(current)} expires ${instantText(current.expiresAt)}.`,
      owner,
      dueAt,
    },
  ];
}
