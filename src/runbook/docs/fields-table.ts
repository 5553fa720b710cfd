import { z } from 'zod';
import { describeType, typeOf, unwrap } from '../types.ts';
import { cell } from './markdown.ts';

/** A table of what stands under `with` or comes out as `outputs`; a sentence where there is nothing. */
export function fieldsTable(schema: z.core.$ZodType, { side }: { side: 'input' | 'output' }): string[] {
  const { schema: bare } = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) return [`${describeType(typeOf(schema))}.`];
  const fields = Object.entries(bare.shape);
  if (fields.length === 0) return ['Nothing.'];
  const rows = fields.flatMap(([name, field]) => rowsOf(name, field, side));
  return side === 'input'
    ? ['| field | what it takes | needed | what it is for |', '|---|---|---|---|', ...rows]
    : ['| output | what it is | |', '|---|---|---|', ...rows];
}

/** The field, and below it the fields of what is inside: `watch.for`, `checklist[].id`. */
function rowsOf(name: string, field: z.core.$ZodType, side: 'input' | 'output'): string[] {
  const own = rowOf(name, field, side);
  const { schema } = unwrap(field);
  // A key is the same everywhere, and described where the language is.
  if (typeOf(field).meaning !== null) return [own];
  const isList = schema instanceof z.ZodArray;
  return [
    own,
    ...insideOf(isList ? schema.element : schema).flatMap(([inner, one]) =>
      rowsOf(`${name}${isList ? '[]' : ''}.${inner}`, one, side),
    ),
  ];
}

function insideOf(schema: z.core.$ZodType): [string, z.core.$ZodType][] {
  const { schema: bare } = unwrap(schema);
  if (bare instanceof z.ZodObject && typeOf(schema).meaning === null) return Object.entries(bare.shape);
  if (bare instanceof z.ZodUnion) return mergedOf(bare.options.map(insideOf));
  if (bare instanceof z.ZodRecord) return insideOf(bare.valueType).map(([name, field]) => [`<name>.${name}`, field]);
  return [];
}

// Alternatives share fields such as `label`; each is told once.
function mergedOf(all: readonly [string, z.core.$ZodType][][]): [string, z.core.$ZodType][] {
  return [...new Map(all.flat())];
}

function rowOf(name: string, field: z.core.$ZodType, side: 'input' | 'output'): string {
  const { optional, nullable } = unwrap(field);
  const type = typeOf(field);
  const what = `${describeType(type)}${nullable && side === 'output' ? ', or nothing' : ''}`;
  const said = descriptionOf(field);
  const cells =
    side === 'input' ? [`\`${name}\``, what, needed(field, { optional, nullable }), said] : [`\`${name}\``, what, said];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function needed(field: z.core.$ZodType, { optional, nullable }: { optional: boolean; nullable: boolean }): string {
  const usual =
    field instanceof z.ZodDefault ? z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' }).default : undefined;
  if (usual !== undefined) return `no: \`${JSON.stringify(usual)}\``;
  if (optional) return 'no';
  return nullable ? 'yes, may be `null`' : 'yes';
}

function descriptionOf(field: z.core.$ZodType): string {
  if (field instanceof z.ZodType && field.description !== undefined) return field.description;
  const inner =
    field instanceof z.ZodOptional || field instanceof z.ZodNullable || field instanceof z.ZodDefault
      ? field.unwrap()
      : null;
  return inner instanceof z.ZodType ? descriptionOf(inner) : '';
}
