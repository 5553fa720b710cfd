import { z } from 'zod';
import { Refusal } from '../errors.ts';
import { DigestSettings } from './digest/settings.ts';
import { FollowUpSettings, ReviewSettings } from './follow-up-settings.ts';
import { type Actor, PersonId, personOf } from './ids.ts';
import { IncidentSettings } from './incident-settings.ts';
import { KeyClass } from './key.ts';
import { ApprovalRule, namesIn, Span } from './policy/approval-rule.ts';
import { ClockTime, Name, Who } from './policy/names.ts';
import { type RuleReference, referencesOf } from './policy/rule-for.ts';

export const Verb = z.enum([
  'rotate',
  'run',
  'cancel',
  'pause',
  'skip',
  'retry',
  'answer',
  'read',
  'verify',
  'create',
  'change',
  'suspend',
  'revoke',
  'extend',
  'waive',
  'administer',
  /** Opening an incident, and what is said of one: roles, severity, status, notes. */
  'declare',
  /** Closing one, and letting go of what its gate still asks for. */
  'close',
  /** Telling people outside of the company. */
  'notify',
]);
export type Verb = z.infer<typeof Verb>;

/** `2026-12-24T18:00`: what a clock on the wall shows, in the team's zone. */
const WallTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 2026-12-24T18:00');

/** `runbooks/policy.yaml`: who people are, who may ask, who approves. What is not named here is denied. */
export const Policy = z.strictObject({
  version: z.int().min(1),
  team: z.strictObject({
    /** Workspaces (team_id) that Rekey listens to; everybody else is refused. */
    slack_teams: z.array(z.string().min(1)).min(1),
    time_zone: z.string().refine(isTimeZone, 'expected a time zone such as Europe/Berlin').default('UTC'),
    incident_channel: z.string().min(1),
    /** Nobody is reminded of what is no emergency while the clock of the team's zone shows this. */
    quiet_hours: z.strictObject({ from: ClockTime, to: ClockTime }).optional(),
  }),
  people: z.record(
    Name,
    z.strictObject({
      slack: z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'expected a Slack user id such as U0123ABCD'),
      name: z.string().optional(),
      email: z.email().optional(),
      /** The account on the machine that Rekey runs on: who types `rekey …` there. */
      unix: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'expected the name of an account on this machine')
        .optional(),
    }),
  ),
  groups: z.record(Name, z.array(Name).min(1)).default({}),
  may: z.partialRecord(Verb, z.array(Who)).default({}),
  rules: z.record(Name, ApprovalRule),
  /** Alerts that Rekey is configured to raise; the Investigate phase looks here. */
  alerts: z
    .partialRecord(
      z.enum(['key_expiring_soon']),
      z.strictObject({ within_days: z.array(z.int().min(0)).min(1), channel: z.string().optional() }),
    )
    .default({}),
  /** When no planned rotation begins, on a clock of the team's zone. An emergency never waits for one. */
  freezes: z
    .array(
      z
        .strictObject({
          name: z.string().min(1).max(80),
          from: WallTime,
          to: WallTime,
          environments: z.array(z.string()).optional(),
          /** One of these has to agree, besides those whom the rule names, to what is no emergency and runs while it lasts. */
          approvers: z.array(Who).min(1).optional(),
        })
        .refine(({ from, to }) => from < to, { path: ['to'], message: 'expected a time after `from`' }),
    )
    .default([]),
  /** One person alone, with a reason; what was done so is reviewed by somebody else, or nobody may do it again. */
  break_glass: z
    .strictObject({
      from: z.array(Who).min(1),
      review_within: Span.default('24h'),
      review_by: z.array(Who).min(1),
    })
    .optional(),
  /** Whether the API may put new material into its answer; not unless it is listed here. */
  api: z
    .strictObject({
      response_delivery: z.strictObject({ classes: z.array(KeyClass), environments: z.array(z.string()) }),
    })
    .default({ response_delivery: { classes: [], environments: [] } }),
  rotations: z
    .strictObject({
      minimum_interval_hours: z.int().min(0).max(720).default(24),
      spike_in_7_days: z.int().min(1).default(3),
      /** How many rotations the schedule lets begin on one day, as long as windows and expiries leave it a choice. */
      most_per_day: z.int().min(1).max(1_000).default(20),
    })
    .default({ minimum_interval_hours: 24, spike_in_7_days: 3, most_per_day: 20 }),
  /** When the team hears which keys end. */
  digest: DigestSettings.prefault({}),
  incidents: IncidentSettings.prefault({}),
  /** When people are reminded of what they owe after an incident. */
  follow_ups: FollowUpSettings.prefault({}),
  /** Looks at everything that nobody looks at day by day; none unless it stands here. */
  reviews: ReviewSettings.optional(),
  retention_days: z.int().min(30).max(3_650).default(400),
  hooks: z.record(Name, z.strictObject({ alerts: z.array(z.string()).min(1) })).default({}),
});
export type Policy = z.infer<typeof Policy>;

// Found at load: at the first freeze it would stop the schedule instead.
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

interface Subject {
  owner: string | null;
  escalation: string | null;
}

/** Everybody that a `from` or `may` list names today, for a key of this owner and escalation. */
export function peopleNamed(policy: Policy, names: readonly string[], subject: Subject): Set<PersonId> {
  const found = new Set<PersonId>();
  for (const name of names) for (const person of expand(policy, name, subject)) found.add(PersonId.parse(person));
  return found;
}

function expand(policy: Policy, name: string, subject: Subject): readonly string[] {
  if (name === 'owner') return subject.owner === null ? [] : expand(policy, subject.owner, { ...subject, owner: null });
  if (name === 'escalation')
    return subject.escalation === null ? [] : expand(policy, subject.escalation, { ...subject, escalation: null });
  if (name.startsWith('group:'))
    return membersOf(policy, name.slice('group:'.length)).filter((person) => Object.hasOwn(policy.people, person));
  return Object.hasOwn(policy.people, name) ? [name] : [];
}

// Own properties only: `constructor` is a name that every object knows.
function membersOf(policy: Policy, group: string): readonly string[] {
  return Object.hasOwn(policy.groups, group) ? (policy.groups[group] ?? []) : [];
}

/** Deny by default: throws a Refusal that names who may, unless `actor` is a person the policy lists for `verb`. */
export function assertMay(policy: Policy, verb: Verb, request: { actor: Actor; subject: Subject }): void {
  const allowed = peopleNamed(policy, policy.may[verb] ?? [], request.subject);
  const person = personOf(request.actor);
  if (person !== null && allowed.has(person)) return;
  const names = [...allowed].sort().join(', ') || 'nobody yet: add people under `may` in policy.yaml';
  throw new Refusal('not_allowed', `${person ?? request.actor} may not ${verb} this key. Who may: ${names}.`);
}

/** The person behind a Slack account, or a refusal that says how to be added. */
export function personBySlack(policy: Policy, slackUser: string): PersonId {
  for (const [name, person] of Object.entries(policy.people))
    if (person.slack === slackUser) return PersonId.parse(name);
  throw new Refusal(
    'unknown_person',
    `Rekey does not know the Slack user ${slackUser}. Ask the security team to add you to policy.yaml under \`people\`.`,
  );
}

/** The person behind an account of this machine, as the kernel tells it; a refusal says how to be added. */
export function personByAccount(policy: Policy, account: string): PersonId {
  for (const [name, person] of Object.entries(policy.people)) if (person.unix === account) return PersonId.parse(name);
  throw new Refusal(
    'unknown_person',
    `Rekey does not know the account ${account} of this machine. Add \`unix: ${account}\` to a person under \`people\` in policy.yaml.`,
  );
}

/** Checks names that point at nothing, so that a typo in policy.yaml is found at load and not at 03:00. */
export function danglingNames(policy: Policy): string[] {
  const known = (name: string) =>
    name === 'owner' ||
    name === 'escalation' ||
    (name.startsWith('group:') ? name.slice(6) in policy.groups : name in policy.people);
  const used = [
    ...Object.values(policy.may).flatMap((names) => names ?? []),
    ...Object.values(policy.rules).flatMap(namesIn),
    ...policy.freezes.flatMap(({ approvers = [] }) => approvers),
    ...(policy.reviews?.by ?? []),
    ...(policy.break_glass?.from ?? []),
    ...(policy.break_glass?.review_by ?? []),
  ];
  const members = Object.values(policy.groups)
    .flat()
    .filter((name) => !(name in policy.people));
  return [...new Set([...used.filter((name) => !known(name)), ...members])];
}

/** Rules that another rule leads to and that are not there. */
export function danglingRules(policy: Policy): RuleReference[] {
  return Object.keys(policy.rules)
    .flatMap((name) => referencesOf(policy, name))
    .filter(({ name }) => !Object.hasOwn(policy.rules, name));
}
