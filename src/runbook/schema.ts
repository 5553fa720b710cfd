import { z } from 'zod';
import { MOST_ITEMS } from '../domain/fan-out.ts';
import { KeyClass } from '../domain/key.ts';
import { PHASES } from '../domain/run.ts';
import { ERROR_CLASSES } from '../error-class.ts';
import { duration, languageName, runbookId, whoText } from '../steps/fields.ts';

const described = {
  description: z.string().max(300).optional().describe('What this input is, for the people who fill it in.'),
};

/** A value that the runbook is started with. */
export const InputSpec = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('key'), ...described }),
  z.strictObject({ type: z.literal('text'), default: z.string().max(500).optional(), ...described }),
  z.strictObject({
    type: z.literal('int'),
    min: z.int().optional(),
    max: z.int().optional(),
    default: z.int().optional(),
    ...described,
  }),
  z.strictObject({ type: z.literal('bool'), default: z.boolean().optional(), ...described }),
  z
    .strictObject({
      type: z.literal('enum'),
      values: z.array(z.string().min(1).max(60)).min(1).max(50),
      default: z.string().optional(),
      ...described,
    })
    .refine((spec) => spec.default === undefined || spec.values.includes(spec.default), {
      path: ['default'],
      message: 'expected one of `values`',
    }),
]);
export type InputSpec = z.output<typeof InputSpec>;

// As connections.yaml has it; with a path or a scheme it would never match, and grant nothing.
const Host = z
  .string()
  .regex(
    /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/,
    'expected a host such as status.example.com or 127.0.0.1:8080',
  );

export const Grants = z.strictObject({
  providers: z.array(z.string()).default([]).describe('Systems that issue keys which this runbook may change.'),
  sinks: z.array(z.string()).default([]).describe('Places to which this runbook may deliver secrets.'),
  hosts: z.array(Host).default([]).describe('Hosts that its steps may call.'),
});
export type Grants = z.output<typeof Grants>;

const StartOn = z.strictObject({
  alert: z.string().min(1).describe('Name of the alert, as the hook sends it.'),
  when: z.string().optional().describe('Condition (CEL) on `alert.count`, `alert.window_minutes` and `alert.source`.'),
});

// The phases are looked at step by step (steps.ts), so that one broken step hides nothing of the others.
const phases = Object.fromEntries(PHASES.map((phase) => [phase, z.unknown().optional()]));

/** How long the run and its phases may take. */
const Deadlines = z.strictObject({
  run: duration
    .optional()
    .describe('From the start of the run; then it stops, takes back what it can, and runs `finally`.'),
  ...Object.fromEntries(
    PHASES.map((phase) => [
      phase,
      duration.optional().describe('From the first start in this phase; then its open steps fail.'),
    ]),
  ),
});

/** Everything at the top of a runbook file. */
export const RunbookHead = z.strictObject({
  runbook: runbookId.describe('Id of the runbook; the file has the same name.'),
  title: z.string().min(1).max(120).describe('One line that tells people in which situation this helps.'),
  owner: whoText.describe('Who keeps this runbook true.'),
  review_by: z.iso.date('expected a day such as 2027-05-20').describe('The owner is reminded after this day.'),
  applies_to: z.array(KeyClass).min(1).describe('Classes of keys that it can handle.'),
  start_on: z.array(StartOn).default([]).describe('Alerts that start it.'),
  inputs: z.record(languageName, InputSpec).default({}).describe('What it is started with.'),
  grants: Grants.default({ providers: [], sinks: [], hosts: [] }).describe(
    'Everything outside that its steps may touch.',
  ),
  open_runs: z
    .enum(['one_per_key', 'any'])
    .default('one_per_key')
    .describe(
      'one_per_key: who asks again joins the run that is open for the key. any: several may be open beside each other.',
    ),
  deadlines: Deadlines.default({}).describe('How long the run and its phases may take.'),
  ...phases,
  finally: z.unknown().optional(),
});

const LONGEST_TIMEOUT_MS = 3_600_000;

/** What every step may say, whatever its kind. `with` belongs to the kind. */
export const StepFields = z.strictObject({
  id: languageName.describe('Name of the step within the runbook; later steps read `steps.<id>.<output>`.'),
  uses: z.string().describe('Kind of step.'),
  with: z.unknown().optional(),
  when: z.string().min(1).optional().describe('Condition (CEL); the step is skipped when it does not hold.'),
  timeout: duration
    .refine((ms) => ms <= LONGEST_TIMEOUT_MS, 'expected at most 1h; a step that waits longer waits for people or time')
    .optional()
    .describe('How long one attempt may take.'),
  deadline: duration
    .optional()
    .describe('How long the step may take in whole, with every attempt and every wait; it fails when that is over.'),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(10).optional().describe('Attempts in all.'),
      backoff: duration.optional().describe('Pause before the second attempt; it doubles.'),
      max_backoff: duration.optional().describe('The longest pause; 5m when it is left out.'),
      jitter: z
        .boolean()
        .optional()
        .describe(
          'true (default): each pause is up to a quarter longer by chance, so that many do not come back at once.',
        ),
      on: z
        .array(z.enum(ERROR_CLASSES))
        .min(1)
        .optional()
        .describe('Which errors are tried again; every one that is not a clear no when it is left out.'),
    })
    .optional()
    .describe('How often to try when something outside fails.'),
  on_failure: z.string().optional().describe('stop (default), continue, ask, or the id of a later step to go on with.'),
  due: duration.optional().describe('When people are reminded that this step waits for them.'),
  assignee: z.string().optional().describe('Who takes care of this step.'),
  each: z
    .string()
    .regex(/^\$\{[^{}]+\}$/, `expected one reference to a list, such as "\${steps.found.keys}"`)
    .optional()
    .describe(`A list: the runbook is started once for each of its items; in \`with\`, \`\${item}\` is the item.`),
  ramp: z
    .union(
      [z.literal('doubling'), z.int().min(1).max(MOST_ITEMS)],
      `expected doubling, or a whole number from 1 to ${MOST_ITEMS}`,
    )
    .optional()
    .describe(
      'How many runs at once: so many, or doubling (default): 1, then 2, then 4 … each when all before have ended.',
    ),
  max_failures: z
    .union(
      [
        z.int().min(0).max(MOST_ITEMS),
        z.string().regex(/^(100|[1-9]?\d)%$/, 'expected a share from 0% to 100%, such as 20%'),
      ],
      'expected a whole number such as 3, or a share such as 20%',
    )
    .optional()
    .describe('How many of them may fail before no more are started; 0 when it is left out.'),
});
export type StepFields = z.output<typeof StepFields>;
