import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { compileCondition } from '../../src/runbook/conditions.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import type { ScopeTypes } from '../../src/runbook/scope.ts';
import { typeOf } from '../../src/runbook/types.ts';
import { keyRef } from '../../src/steps/fields.ts';
import { edit, edited } from './edits.ts';
import { smallCatalogue } from './small-catalogue.ts';

test('whatever happens to a runbook, it loads or says where and why, and touches no prototype', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edited(edits);
      const compiled = compileRunbook(text, 'R-TEST.yaml', smallCatalogue);
      expect(Object.keys(Object.prototype)).toEqual([]);
      if (compiled.kind === 'loaded') return;
      expect(compiled.problems.length).toBeGreaterThan(0);
      const lines = text.split('\n').length;
      for (const problem of compiled.problems) {
        expect(problem.line).toBeGreaterThanOrEqual(1);
        expect(problem.line).toBeLessThanOrEqual(lines);
        expect(describeProblem(problem)).toMatch(/^R-TEST\.yaml:\d+:\d+ .*expected \S.*, got \S.*; \S/);
      }
    }),
    { numRuns: 2_000 },
  );
  // Two thousand runbooks to compile: nothing but computing.
}, 60_000);

test('the same text always gives the same answer', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 2 }), (edits) => {
      const text = edited(edits);
      const answer = () => {
        const compiled = compileRunbook(text, 'R-TEST.yaml', smallCatalogue);
        return compiled.kind === 'refused' ? compiled.problems.map(describeProblem) : compiled.runbook.hash;
      };
      expect(answer()).toEqual(answer());
    }),
    { numRuns: 200 },
  );
});

const scope: ScopeTypes = {
  roots: new Map([
    [
      'inputs',
      {
        shape: { kind: 'object', isKey: false, fields: new Map([['key', typeOf(keyRef)]]) },
        nullable: false,
        meaning: null,
      },
    ],
  ]),
  steps: new Map(),
  uncertain: new Set(),
  everyStep: [],
  facts: [],
};

const ESCAPES = [
  'constructor',
  '__proto__',
  'inputs.constructor',
  'inputs.__proto__',
  'inputs.key.constructor.constructor("return process")()',
  'inputs.key.slug.constructor == null',
  'inputs["constructor"] == null',
  'inputs.key["__proto__"] == null',
  'inputs.key.slug.__proto__ == null',
  'inputs.key.slug.toString() == ""',
  '`a` == "a"',
  '"\\u005f\\u005fproto\\u005f\\u005f" in inputs',
  'inputs.key.slug.matches("(a+)+$")',
  '[].constructor == null',
  '{}.constructor == null',
  '{"__proto__": 1}.x == 1',
  'type(inputs) == type(1)',
  'dyn(inputs).constructor == null',
  'bytes("a").json().constructor == null',
  'b"{}".json() == {}',
  'google.protobuf == null',
  'timestamp("2020-01-01T00:00:00Z").getFullYear("x") == 1',
  'cel.bind(p, inputs, p.constructor) == null',
  'has(inputs.constructor)',
  'has(inputs.key.__proto__)',
  'process.exit(1)',
  'globalThis == null',
  'this == null',
  'inputs.key.slug.split("").exists(c, c == "x")',
  'inputs.key.slug.replace("a", "b") == ""',
];

test.each(ESCAPES)('a condition cannot reach beyond its values: %s', (text) => {
  const compiled = compileCondition(text, scope);
  expect(Array.isArray(compiled) && compiled.length > 0, 'it has to be refused').toBe(true);
});

test('a condition of any text is compiled or refused, never thrown', () => {
  const piece = fc.constantFrom(
    'inputs',
    '.key',
    '.slug',
    '==',
    '&&',
    '||',
    '!',
    '(',
    ')',
    '"a"',
    '1',
    '[',
    ']',
    '.exists(x, ',
    'has(',
    're2(',
    ',',
    '?',
    ':',
    '{',
    '}',
    'size(',
    ' in ',
    '-',
    '+',
    'x',
    "'''",
    '\\',
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const compiled = compileCondition(pieces.join(''), scope);
      if (Array.isArray(compiled)) expect(compiled.length).toBeGreaterThan(0);
      else expect(compiled.parts.length).toBeGreaterThan(0);
    }),
    { numRuns: 3_000 },
  );
});
