import { z } from 'zod';
import { type Key, KeyClass, KeyState } from '../domain/key.ts';
import { SPAN, spanMs } from '../domain/span.ts';

/**
 * What a field of `with` or `outputs` means to the runbook language. Plain enums, integers, booleans, lists and objects need no mark:
 * zod says enough. The mark survives `.describe()`, `.min()` … and is found under `.optional()`, `.nullable()` and `.default()`.
 */
export type Meaning =
  | 'key'
  | 'secret'
  | 'people_text'
  | 'who'
  | 'duration'
  | 'condition'
  | 'live_condition'
  | 'approval_rule'
  | 'runbook'
  | 'runbook_inputs'
  | 'runbook_hash'
  | 'connection'
  | GrantKind;

/** What a runbook has to list under `grants` before a step may name it. */
export type GrantKind = 'provider' | 'sink' | 'host';

const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

// Its own registry: metadata in zod's global one would leak into the editors' JSON Schema.
export const meanings = z.registry<{ meaning: Meaning }>();

/** A key as a step sees it. `${inputs.key}` has this shape, so `${inputs.key.slug}` works. An owner may be missing: null. */
export const keyRef = z
  .strictObject({
    id: z.string(),
    slug: z.string(),
    version: z.int(),
    class: KeyClass,
    service: z.string(),
    environment: z.string(),
    owner: z.string().nullable(),
    escalation: z.string().nullable(),
    state: KeyState,
  })
  .register(meanings, { meaning: 'key' });
export type KeyRef = z.output<typeof keyRef>;

/** The only way from a ledger row to a value that runbooks pass around. */
export function keyRefOf(key: Key): KeyRef {
  const { id, slug, version, service, environment, owner, escalation, state } = key;
  return { id, slug, version, class: key.class, service, environment, owner, escalation, state };
}

/** A handle on sealed material, never the material. Flows into fields made of `secretRef` only; the loader refuses the rest. */
export const secretRef = z.strictObject({ secret: z.string() }).register(meanings, { meaning: 'secret' });

/** Text that people read: the only fields in which `${…}` may stand inside other words. */
export const peopleText = z.string().min(1).max(2_000).register(meanings, { meaning: 'people_text' });

/**
 * A person (`carol`), `group:payments`, `owner` or `escalation` of the key, or a circle that the step explains (`callers`).
 * Not nullable: a runbook that passes `${inputs.key.owner}` has to say who else (`?? 'group:oncall'`).
 */
export const whoText = z
  .string()
  .regex(/^(group:)?[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a person, group:<name>, owner or escalation')
  .register(meanings, { meaning: 'who' });

/** `45s`, `30m`, `4h` or `7d`, at most 90 days, as milliseconds; null when the text is none of these. */
export const durationMs = spanMs;

/** Written `30m`; the step receives milliseconds. */
export const duration = z
  .string()
  .regex(SPAN, 'expected a duration such as 45s, 30m, 4h or 7d')
  .transform((text, context) => {
    const ms = durationMs(text);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: 'expected a duration of at most 90d' });
    return z.NEVER;
  })
  .register(meanings, { meaning: 'duration' });

const conditionText = () => z.string().min(1).max(400);

/** A condition (CEL) on inputs and steps, checked like `when`. The step receives its text, and the answer from `context.decide`. */
export const condition = conditionText().register(meanings, { meaning: 'condition' });

/** The same, and on the facts of live-facts.ts besides: it is looked at again and again. */
export const liveCondition = conditionText().register(meanings, { meaning: 'live_condition' });

/**
 * For `.refine` on a `with`: a rule on which fields stand together. The loader asks it also where values are references, so it may look at
 * nothing but whether a field is there.
 */
export function together(expected: string) {
  return { message: `expected ${expected}`, params: { together: true }, when: () => true };
}

/** Name of a rule in policy.yaml; the linter checks that it exists and that somebody could decide. */
export const approvalRule = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of lower-case letters, digits, - and _')
  .register(meanings, { meaning: 'approval_rule' });

/** Id of another runbook (`R-BREAK-GLASS`) and the inputs for it; both are checked against the set that is loaded. */
export const runbookId = z
  .string()
  .regex(/^R-[A-Z0-9]+(-[A-Z0-9]+)*$/, 'expected a runbook id such as R-BREAK-GLASS')
  .register(meanings, { meaning: 'runbook' });
/** SHA-256 of a runbook's text. */
export const runbookHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 of 64 hex digits, as `rekey runbooks show` prints it')
  .register(meanings, { meaning: 'runbook_hash' });
export const runbookInputs = z.record(z.string(), z.json()).register(meanings, { meaning: 'runbook_inputs' });

/** Name of a provider, sink or host. Refused at load unless the runbook's `grants` list it. */
export function granted(kind: GrantKind) {
  return z.string().min(1).register(meanings, { meaning: kind });
}

/** Name of a connection in connections.yaml. Refused at load unless it is there and the runbook's `grants.hosts` list its host. */
export const connectionName = z
  .string()
  .regex(NAME, 'expected a name of lower-case letters, digits, - and _')
  .register(meanings, { meaning: 'connection' });

/** The mark of a schema, looked for under `.optional()`, `.nullable()`, `.default()` and the like. */
export function meaningOf(schema: z.core.$ZodType): Meaning | null {
  const mark = meanings.get(schema);
  if (mark !== undefined) return mark.meaning;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return meaningOf(schema.unwrap());
  if (schema instanceof z.ZodPipe) return meaningOf(schema.in);
  return null;
}

// Words that CEL keeps for itself, and the one lower-case name that every JavaScript object has.
const RESERVED = new Set(
  'as break const constructor continue else false for function if import in let loop namespace null package return true var void while'.split(
    ' ',
  ),
);
/** Name of an input, a step or a field: what references and conditions call it. */
export const languageName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected a name of lower-case letters, digits and _ that begins with a letter')
  .refine((name) => !RESERVED.has(name), 'expected a name that is not a word of the condition language');
