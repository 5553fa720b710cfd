import { z } from 'zod';
import { PHASES } from '../domain/run.ts';
import type { StepKind } from '../steps/contract.ts';
import { RunbookHead, StepFields } from './schema.ts';
import { typeOf, unwrap } from './types.ts';
import { WRITTEN_OUT } from './with.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const REFERENCE: JsonSchema = { $ref: '#/definitions/reference' };

/** What editors complete and underline (`runbooks/runbook.schema.json`); the loader knows more and has the last word. */
export function runbookJsonSchema(catalogue: readonly StepKind[]): JsonSchema {
  const { $schema, ...head } = toJson(RunbookHead);
  const section = { $ref: '#/definitions/section' };
  const steps = { $ref: '#/definitions/steps' };
  const phases = Object.fromEntries(PHASES.map((phase) => [phase, section]));
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: 'Rekey runbook',
    ...head,
    properties: { ...head.properties, ...phases, finally: steps },
    required: [...(head.required ?? []), ...PHASES],
    definitions: {
      reference: {
        type: 'string',
        pattern: '^\\$\\{[^{}]+\\}$',
        description: 'A value of an input or of an earlier step.',
      },
      section: { anyOf: [steps, waiver] },
      steps: { type: 'array', minItems: 1, items: { anyOf: [{ $ref: '#/definitions/step' }, parallel] } },
      step: stepSchema(catalogue),
    },
  };
}

const waiver: JsonSchema = {
  type: 'object',
  properties: { waived: { type: 'string', description: 'Why there is nothing to do in this phase.' } },
  required: ['waived'],
  additionalProperties: false,
};

const parallel: JsonSchema = {
  type: 'object',
  properties: { parallel: { type: 'array', minItems: 2, items: { $ref: '#/definitions/step' } } },
  required: ['parallel'],
  additionalProperties: false,
};

function stepSchema(catalogue: readonly StepKind[]): JsonSchema {
  const { $schema: _, ...fields } = toJson(StepFields);
  const kinds = catalogue.map((kind): JsonSchema => ({ const: kind.uses, description: kind.summary }));
  return {
    ...fields,
    properties: { ...fields.properties, uses: { description: 'Kind of step.', oneOf: kinds } },
    allOf: catalogue.map(conditionOn),
    dependencies: { ramp: ['each'], max_failures: ['each'] },
  };
}

// From entries, because a literal with a property `then` would pass for a promise.
function conditionOn(kind: StepKind): JsonSchema {
  const isKind: JsonSchema = { properties: { uses: { const: kind.uses } }, required: ['uses'] };
  return Object.fromEntries([
    ['if', isKind],
    ['then', { properties: { with: withSchema(kind), ...(kind.each === undefined ? { each: false } : {}) } }],
  ]);
}

function withSchema(kind: StepKind): JsonSchema {
  const { $schema: _, ...json } = toJson(kind.with);
  const { schema } = unwrap(kind.with);
  const shape = schema instanceof z.ZodObject ? schema.shape : {};
  const properties = Object.entries(json.properties ?? {}).map(([name, property]): [string, JsonSchema] => {
    const field = shape[name];
    if (typeof property === 'boolean' || field === undefined) return [name, {}];
    return [name, withReference(property, field)];
  });
  return { ...json, description: kind.summary, properties: Object.fromEntries(properties) };
}

/** Beside the literal, a reference; nobody writes a key or a secret out. */
function withReference(property: JsonSchema, field: z.core.$ZodType): JsonSchema {
  const { meaning, nullable } = typeOf(field);
  if (meaning !== null && WRITTEN_OUT.has(meaning)) return property;
  const { description } = property;
  const named = description === undefined ? {} : { description };
  if (meaning === 'key' || meaning === 'secret')
    return { ...named, anyOf: nullable ? [REFERENCE, { type: 'null' }] : [REFERENCE] };
  if (meaning === 'people_text' || meaning === 'runbook_inputs') return property;
  return { ...named, anyOf: [property, REFERENCE] };
}

function toJson(schema: z.ZodType): JsonSchema {
  const { definitions: _, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  });
  return withoutLocalReferences(json);
}

// Any JSON refers to itself by a name that is lost where the schema becomes part of a larger one; it takes everything, so nothing is lost.
function withoutLocalReferences(json: JsonSchema): JsonSchema {
  const text = JSON.stringify(json, (_name, value: unknown) => (isLocalReference(value) ? {} : value));
  return z.custom<JsonSchema>().parse(JSON.parse(text));
}

function isLocalReference(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && '$ref' in value && /^#\/definitions\/__/.test(String(value.$ref))
  );
}
