import type { ASTNode } from '@marcbachmann/cel-js';
import { childrenOf, presenceChecks, segmentsOf } from './cel-ast.ts';
import { absent, NO_GROWTH, NO_INDEX, NO_SIZE, secretIn, unknownFunction } from './condition-words.ts';
import type { Complaint } from './problem.ts';
import { refusePattern } from './re2.ts';
import { isComplaint, lookUp, type ScopeTypes, walk } from './scope.ts';
import { listed, suggestion } from './suggest.ts';
import { describeType, holdsSecret, type ValueType } from './types.ts';

/** A complaint about one place of a condition. */
export interface Spotted {
  offset: number;
  complaint: Complaint;
}

export interface Reading {
  spotted: Spotted[];
  /** Everything that the condition looks at, as `steps.admin.available`. */
  paths: Set<string>;
}

const FUNCTIONS = ['has', 'size', 're2', 'int', 'double', 'string'];
const METHODS = ['contains', 'startsWith', 'endsWith', 'size', 'lowerAscii', 'upperAscii', 'trim'];
const LOOPS = ['exists', 'all', 'exists_one'];
const MAX_LOOPS = 2;
const MAX_LOOP_CHARACTERS = 120;
const MAX_RE2 = 2;

/**
 * The rules that types alone do not express: names that exist and are there, the functions that are allowed, and the caps that keep the
 * worst accepted condition under 50 ms (scripts/bench-conditions.ts).
 */
export function readCondition(ast: ASTNode, scope: ScopeTypes): Reading {
  const reading: Reading = { spotted: [], paths: new Set() };
  // `has(steps.x)` anywhere in the condition is how its author says "when it is there".
  const facts = [...scope.facts, ...presenceChecks(ast)];
  const reader: Reader = { reading, scope: { ...scope, facts }, loops: 0, patterns: 0 };
  read(ast, { reader, loop: null });
  return reading;
}

interface Reader {
  reading: Reading;
  scope: ScopeTypes;
  loops: number;
  patterns: number;
}

interface In {
  reader: Reader;
  loop: { name: string; type: ValueType } | null;
}

function read(node: ASTNode, at: In): void {
  if (node.op === 'id' || node.op === '.') readPath(node, at);
  else if (node.op === 'call') readCall(node, at);
  else if (node.op === 'rcall') readMethod(node, at);
  else if (node.op === '==' || node.op === '!=' || node.op === 'in') readComparison(node, at);
  else if (node.op === '.?' || node.op === '[?]' || node.op === '[]' || node.op === 'map') complain(node, at, NO_INDEX);
  else {
    if (node.op === '+' && at.loop !== null) complain(node, at, NO_GROWTH);
    for (const child of childrenOf(node)) read(child, at);
  }
}

function readPath(node: ASTNode, at: In): void {
  const segments = segmentsOf(node);
  if (segments === null) {
    complain(node, at, NO_INDEX);
    return;
  }
  const found = resolvePath(segments, at);
  if (isComplaint(found)) {
    complain(node, at, found);
    return;
  }
  note(segments, at);
  if (holdsSecret(found.type)) complain(node, at, secretIn(segments));
  if (found.absentWith !== null) complain(node, at, absent(segments, found.absentWith));
}

function resolvePath(segments: readonly string[], { reader, loop }: In) {
  const [root = '', ...rest] = segments;
  if (loop?.name === root) return walk(loop.type, { segments: rest, walked: root, absentWith: null });
  return lookUp(segments, reader.scope);
}

function note(segments: readonly string[], { reader, loop }: In): void {
  if (loop?.name !== segments[0]) reader.reading.paths.add(segments.join('.'));
}

function readCall(node: ASTNode & { op: 'call' }, at: In): void {
  const [name, args] = node.args;
  if (name === 'has') {
    readHas(node, at);
    return;
  }
  if (!FUNCTIONS.includes(name)) complain(node, at, unknownFunction(name, FUNCTIONS));
  if (name === 're2') readPattern(node, at);
  if (name === 'size' && at.loop !== null) complain(node, at, NO_SIZE);
  for (const arg of args) read(arg, at);
}

function readHas(node: ASTNode & { op: 'call' }, at: In): void {
  const segments = node.args[1][0] === undefined ? null : segmentsOf(node.args[1][0]);
  const [root, id, ...outputs] = segments ?? [];
  if (segments === null || id === undefined) {
    complain(node, at, {
      expected: '`has(…)` of a name',
      got: 'something else',
      fix: 'write `has(steps.<id>)` or `has(steps.<id>.<output>)`',
    });
    return;
  }
  const isStep = root === 'steps' && at.reader.scope.steps.has(id);
  if (!(isStep && outputs.length === 0)) {
    const found = resolvePath(segments, at);
    if (isComplaint(found)) {
      complain(node, at, found);
      return;
    }
  }
  note(segments, at);
}

function readPattern(node: ASTNode & { op: 'call' }, at: In): void {
  at.reader.patterns += 1;
  const pattern = node.args[1][1];
  if (at.loop !== null || at.reader.patterns > MAX_RE2) {
    complain(node, at, {
      expected: `at most ${MAX_RE2} re2 in a condition, none inside exists, all or exists_one`,
      got: 'one more',
      fix: 'write it with contains, startsWith or endsWith',
    });
    return;
  }
  const text = pattern?.op === 'value' ? pattern.args : null;
  const refused = refusePattern(typeof text === 'string' ? text : null);
  if (refused !== null) complain(pattern ?? node, at, refused);
}

function readMethod(node: ASTNode & { op: 'rcall' }, at: In): void {
  const [name, receiver, args] = node.args;
  if (LOOPS.includes(name)) {
    readLoop(node, at);
    return;
  }
  if (name === 'matches')
    complain(node, at, {
      expected: '`re2(text, "pattern")`, which takes linear time',
      got: '`matches`, which one pattern can keep busy for hours',
      fix: 'write `re2(<text>, "<pattern>")`',
    });
  else if (!METHODS.includes(name)) complain(node, at, unknownFunction(name, [...METHODS, ...LOOPS]));
  if (name === 'size' && at.loop !== null) complain(node, at, NO_SIZE);
  for (const child of [receiver, ...args]) read(child, at);
}

function readLoop(node: ASTNode & { op: 'rcall' }, at: In): void {
  const [name, receiver, [variable, body]] = node.args;
  at.reader.loops += 1;
  const length = node.range.end - node.range.start;
  if (at.loop !== null || at.reader.loops > MAX_LOOPS || length > MAX_LOOP_CHARACTERS) {
    complain(node, at, {
      expected: `at most ${MAX_LOOPS} of exists, all and exists_one, each at most ${MAX_LOOP_CHARACTERS} characters, none inside another`,
      got: at.loop === null ? 'more' : 'one inside another',
      fix: 'write the question into a step of its own',
    });
    return;
  }
  const list = segmentsOf(receiver);
  const found = list === null ? null : resolvePath(list, at);
  if (found !== null && isComplaint(found)) {
    complain(receiver, at, found);
    return;
  }
  if (found === null || variable?.op !== 'id' || body === undefined || !isListLike(found.type)) {
    complain(node, at, {
      expected: `a list of \`inputs\` or \`steps\`, a name and a condition in \`${name}\``,
      got: found === null ? 'another receiver' : describeType(found.type),
      fix: `write \`steps.<id>.<list>.${name}(x, x == …)\``,
    });
    return;
  }
  read(receiver, at);
  const { shape } = found.type;
  const type = shape.kind === 'list' ? shape.of : found.type;
  read(body, { ...at, loop: { name: variable.args, type } });
}

function isListLike({ shape }: ValueType): boolean {
  return shape.kind === 'list' || shape.kind === 'unknown';
}

function readComparison(node: ASTNode & { op: '==' | '!=' | 'in' }, at: In): void {
  const [left, right] = node.args;
  const isNull = (side: ASTNode) => side.op === 'value' && side.args === null;
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const segments = node.op !== 'in' && isNull(other) ? segmentsOf(side) : null;
    const found = segments === null ? null : resolvePath(segments, at);
    const mayCompare = found !== null && !isComplaint(found) && holdsSecret(found.type) && found.absentWith === null;
    if (mayCompare && segments !== null) note(segments, at);
    else read(side, at);
    checkWords(side, other, at);
  }
}

/** `steps.class.class == "api_kye"` never holds: a word that the value cannot have is a mistake. */
function checkWords(side: ASTNode, other: ASTNode, at: In): void {
  const segments = segmentsOf(side);
  const found = segments === null ? null : resolvePath(segments, at);
  if (segments === null || found === null || isComplaint(found)) return;
  const { shape } = found.type;
  if (shape.kind !== 'text' || shape.values === null) return;
  const literals = other.op === 'list' ? other.args : [other];
  for (const literal of literals) {
    if (literal.op !== 'value' || typeof literal.args !== 'string' || shape.values.includes(literal.args)) continue;
    complain(literal, at, {
      expected: `${listed(shape.values)}, the words that \`${segments.join('.')}\` can be`,
      got: `\`${literal.args}\``,
      fix: suggestion(literal.args, shape.values),
    });
  }
}

function complain(node: ASTNode, { reader }: In, complaint: Complaint): void {
  reader.reading.spotted.push({ offset: node.range.start, complaint });
}
