import { type ASTNode, Environment, serialize } from '@marcbachmann/cel-js';
import type { JsonObject } from '../domain/run.ts';
import { PermanentFailure, sentenceOf } from '../errors.ts';
import { celValue } from './cel-values.ts';
import { readCondition, type Spotted } from './condition-rules.ts';
import { type Node, positionIn } from './node.ts';
import type { Report } from './problem.ts';
import { re2 } from './re2.ts';
import type { ScopeTypes } from './scope.ts';
import type { ValueType } from './types.ts';

export interface Condition {
  text: string;
  /** The parts joined by `&&`, in canonical spelling: what is known to hold where this condition held. */
  parts: readonly string[];
  /** Everything it looks at, as `steps.admin.available`. */
  paths: ReadonlySet<string>;
  /** Throws PermanentFailure when it cannot be decided; nothing is assumed then. */
  holds: (values: JsonObject) => boolean;
}

const LONGEST = 400;

const base = new Environment({
  limits: { maxAstNodes: 150, maxDepth: 20, maxListElements: 30, maxMapEntries: 10, maxCallArguments: 4 },
}).registerFunction('re2(string, string): bool', re2);

/** Compiles one CEL condition for the place that `scope` describes, or says everything that is wrong with it. */
export function compileCondition(text: string, scope: ScopeTypes): Condition | Spotted[] {
  if (text.length > LONGEST)
    return spotted(0, `at most ${LONGEST} characters`, `${text.length}`, 'write it as two steps');
  const environment = environmentOf(scope, text);
  const parsed = attempt(() => environment.parse(text));
  if (!parsed.ok) return [explain(parsed.error, text)];
  const expression = parsed.value;
  const parts = partsOf(expression.ast);
  const reading = readCondition(expression.ast, { ...scope, facts: [...scope.facts, ...parts] });
  if (reading.spotted.length > 0) return reading.spotted;
  const check = expression.check();
  // Steps of a phase that could not be read are unknown here; what is missing was said there.
  if (!check.valid) return scope.everyStep === null ? [] : [explain(check.error, text)];
  if (check.type !== 'bool')
    return spotted(0, 'a question with yes or no as answer', `a value of type ${check.type}`, 'write a comparison');
  const types = typesOf(scope);
  const holds = (values: JsonObject) => decide(text, () => expression(celValue(values, types, reading.paths)));
  return { text, parts, paths: reading.paths, holds };
}

/** The same, with its complaints at the characters of the file that they are about. */
export function compileConditionAt(
  text: string,
  { node, path }: { node: Node; path: string },
  { scope, report }: { scope: ScopeTypes; report: Report },
): Condition | null {
  const compiled = compileCondition(text, scope);
  if (!Array.isArray(compiled)) return compiled;
  for (const { offset, complaint } of compiled) report.add(positionIn(node, offset), path, complaint);
  return null;
}

function decide(text: string, evaluate: () => unknown): boolean {
  const result = attempt(evaluate);
  if (result.ok && typeof result.value === 'boolean') return result.value;
  const why = result.ok ? 'it gave no yes or no' : firstLine(result.error);
  throw new PermanentFailure(`The condition \`${text}\` could not be decided: ${why}.`);
}

function attempt<T>(work: () => T): { ok: true; value: T } | { ok: false; error: unknown } {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error };
  }
}

function spotted(offset: number, expected: string, got: string, fix: string): Spotted[] {
  return [{ offset, complaint: { expected, got, fix } }];
}

function explain(error: unknown, text: string): Spotted {
  const range = typeof error === 'object' && error !== null && 'range' in error ? error.range : null;
  const start = typeof range === 'object' && range !== null && 'start' in range ? range.start : 0;
  const offset = typeof start === 'number' ? Math.min(start, text.length) : 0;
  const near = text.slice(offset, offset + 20).trim();
  const got = near === '' ? firstLine(error) : `${firstLine(error)} at \`${near}\``;
  const expected = 'a condition in CEL whose types fit';
  return { offset, complaint: { expected, got, fix: 'write for instance `steps.class.class == "api_key"`' } };
}

function firstLine(error: unknown): string {
  return sentenceOf(error).split('\n')[0] ?? 'it cannot be read';
}

function partsOf(ast: ASTNode): string[] {
  return ast.op === '&&' ? ast.args.flatMap(partsOf) : [serialize(ast)];
}

function typesOf(scope: ScopeTypes): ReadonlyMap<string, ValueType> {
  const outputs = new Map([...scope.steps].map(([id, step]) => [id, step.outputs]));
  const steps: ValueType = { shape: { kind: 'object', isKey: false, fields: outputs }, nullable: false, meaning: null };
  return new Map(scope.roots.has('alert') ? scope.roots : [...scope.roots, ['steps', steps]]);
}

// Of what the text can name, and no more: the outputs of forty steps are hundreds of types, and a condition asks about one or two.
function environmentOf(scope: ScopeTypes, text: string): Environment {
  const environment = base.clone();
  for (const [name, type] of typesOf(scope)) {
    if (!text.includes(name)) continue;
    const schema = celType({ ...type, nullable: false }, text);
    environment.registerVariable(typeof schema === 'string' ? { name, type: schema } : { name, schema });
  }
  return environment;
}

interface CelSchema {
  [name: string]: string | CelSchema;
}

// `dyn` where null is possible or a list holds mappings: the names in there are checked by condition-rules.ts.
function celType({ shape, nullable }: ValueType, text: string): string | CelSchema {
  if (nullable) return 'dyn';
  if (shape.kind === 'object')
    return Object.fromEntries(
      [...shape.fields].flatMap(([name, type]) => (text.includes(name) ? [[name, celType(type, text)]] : [])),
    );
  if (shape.kind === 'list') {
    const of = celType(shape.of, text);
    return `list<${typeof of === 'string' ? of : 'dyn'}>`;
  }
  return (
    { text: 'string', int: 'int', number: 'double', bool: 'bool', map: 'map<string, dyn>' }[String(shape.kind)] ?? 'dyn'
  );
}
