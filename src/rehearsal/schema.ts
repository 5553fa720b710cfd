import { z } from 'zod';
import { KeyClass, KeyState } from '../domain/key.ts';
import { RotationMode } from '../domain/rotation.ts';
import { duration, runbookId } from '../steps/fields.ts';
import { Answers } from './answer-schema.ts';
import { Expectation } from './expect-schema.ts';
import { offset } from './offset.ts';
import { Outside } from './outside-schema.ts';

const Person = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of policy.yaml, such as alice');
const Slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected the name of a key, such as payments-prod');
const KeyName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}( v\d{1,4})?$/,
    'expected the name of a key, such as payments-prod or payments-prod v3',
  );

export const KeyFixture = z.strictObject({
  slug: Slug.describe('Name of the key.'),
  version: z.int().min(1).default(1).describe('Which version of it this is.'),
  class: KeyClass.default('api_key').describe('Its class.'),
  provider: z.string().default('ledger').describe('Who issues it.'),
  service: z.string().min(1).optional().describe('What it belongs to; without it the first word of the name.'),
  environment: z.string().min(1).default('production').describe('Where it is used.'),
  owner: z.string().nullable().default(null).describe('A person or group of policy.yaml; nobody when left out.'),
  escalation: z.string().nullable().default(null).describe('Who is asked when the owner does not answer.'),
  scopes: z.array(z.string()).default([]).describe('What it may do.'),
  state: KeyState.default('active').describe('Its state when the case begins.'),
  created: offset
    .default(-90 * 24 * 3_600_000)
    .describe(
      'When it was made, from the start of the case: -90d. What lies ahead is registered when the clock gets there.',
    ),
  expires: z
    .union([offset, z.literal('never')])
    .default(30 * 24 * 3_600_000)
    .describe('When it expires, from the start of the case: -36m, +30d, or never.'),
  delivery: z.enum(['file']).optional().describe('Where its caller reads it; without it no place is registered.'),
  at_place: z
    .enum(['itself', 'another', 'nothing'])
    .default('itself')
    .describe('What its caller has there: this key, another text, or nothing.'),
  probe_url: z.url().optional().describe('Where it would be tried. A rehearsal never calls it.'),
  administers: z.string().optional().describe('The provider that is administered with it.'),
  reminder: z
    .strictObject({ within_days: z.array(z.int().min(0)).min(1), owner: z.string(), channel: z.string().optional() })
    .optional()
    .describe('The reminder that is set for it.'),
});
export type KeyFixture = z.output<typeof KeyFixture>;

const Calls = z.strictObject({
  key: KeyName.describe('Which key: payments-prod, or payments-prod v4 for one that the case makes.'),
  caller: z.string().min(1).describe('Who calls.'),
  at: offset.describe('When, from the start of the case. What lies ahead is counted when the clock gets there.'),
  accepted: z.int().min(0).default(0).describe('Calls that were let through.'),
  rejected: z.int().min(0).default(0).describe('Calls that were refused.'),
});
export type Calls = z.output<typeof Calls>;

const PeerFixture = z.strictObject({
  name: z.string().min(1).describe('How people and runbooks call it.'),
  contact: z.string().min(1).describe('Who looks after it: a person, group:<name> or an e-mail address.'),
  connection: z.string().optional().describe('A connection of connections.yaml.'),
  pins: z.array(Slug).min(1).describe('Names of the keys that it trusts.'),
});
export type PeerFixture = z.output<typeof PeerFixture>;

const Ledger = z.strictObject({
  keys: z.array(KeyFixture).min(1).describe('The keys that are there.'),
  peers: z.array(PeerFixture).default([]).describe('Other systems that trust them.'),
  calls: z.array(Calls).default([]).describe('Who called with them and who will.'),
});

const Request = z.strictObject({
  by: Person.default('alice').describe('Who starts it.'),
  reason: z.string().min(1).default('a rehearsal').describe('Why.'),
  incident: z.boolean().default(true).describe('false: the run belongs to no incident.'),
});

const AlertStart = z.strictObject({
  hook: z.string().min(1).describe('Who sends it: a name under `hooks` in policy.yaml.'),
  alert: z.string().min(1).describe('Name of the alert.'),
  key: KeyName.optional().describe('The key that it is about; without it the only one there.'),
  count: z.int().min(1).default(1),
  window_minutes: z.int().min(1).default(10),
  first_seen: offset.default(0).describe('When the failures began, from the start of the case.'),
});

const RotationStart = z.strictObject({
  by: Person.default('alice').describe('Who asks for it.'),
  key: KeyName.optional().describe('The key that gets a successor; without it the only one there.'),
  mode: RotationMode.exclude(['expired']).default('planned'),
  grace_hours: z.number().min(0).optional().describe('Without it the default of mode and class.'),
  claimed_by: z.string().optional().describe('Offered to this recipient (person:carol) and not delivered.'),
  reason: z.string().min(1).default('a rehearsal'),
});

const Json: z.ZodType<Record<string, unknown>> = z.record(z.string(), z.unknown());

const Clock = z.strictObject({
  start: z.iso.datetime().default('2026-06-01T09:00:00Z').describe('When the case begins.'),
  stop_after: duration.optional().describe('How long it is followed; a run that still waits then counts as waiting.'),
});

export const Crash = z.strictObject({
  at: z
    .enum(['started', 'effect', 'outcome'])
    .describe('started: recorded and nothing done; effect: done and not recorded; outcome: recorded.'),
  step: z.string().describe('The step at which Rekey is killed, once.'),
});

export const RehearsalCase = z.strictObject({
  name: z.string().min(1).max(120).describe('What this case shows, in words.'),
  covers: z.array(z.string()).default([]).describe('Branches that it is there for; it fails when it misses one.'),
  clock: Clock.default({ start: '2026-06-01T09:00:00Z' }).describe(
    'The clock of the case. It jumps to whatever is due next.',
  ),
  policy: Json.optional().describe('What is different in policy.yaml: merged into it, null takes a name away.'),
  ledger: Ledger.optional().describe('The ledger as it is when the case begins; without it the one of the file.'),
  inputs: Json.default({}).describe('Inputs of the runbook. A key is named as in the ledger.'),
  request: Request.optional().describe('A person starts the runbook with `inputs`. The default.'),
  alert: AlertStart.optional().describe('An alert starts it instead.'),
  rotation: RotationStart.optional().describe('A request to replace a key starts it instead.'),
  answers: Answers.default({}).describe('What people do, by step.'),
  outside: Outside.default({}).describe('What the world outside answers, by step.'),
  crash: z.array(Crash).default([]).describe('Where Rekey is killed and started again.'),
  expect: Expectation.optional().describe('What has to come out.'),
});
export type RehearsalCase = z.output<typeof RehearsalCase>;

/** A `*.rehearsal.yaml` file. */
export const Rehearsal = z.strictObject({
  rehearses: runbookId.describe('Id of the runbook.'),
  ledger: Ledger.optional().describe('The ledger of every case that has none of its own.'),
  policy: Json.optional().describe('What is different in policy.yaml for all cases.'),
  cases: z.array(RehearsalCase).min(1).describe('Each is played on an empty ledger of its own.'),
});
export type Rehearsal = z.output<typeof Rehearsal>;
