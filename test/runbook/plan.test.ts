// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { describe, expect, test } from 'vitest';
import { type Plan, type PlannedStep, stepsOf } from '../../src/domain/plan.ts';
import type { JsonObject, Scope } from '../../src/domain/run.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { GOOD, smallCatalogue } from './small-catalogue.ts';

const KEY = {
  id: 'key-1',
  slug: 'payments-prod',
  version: 3,
  class: 'api_key',
  service: 'payments',
  environment: 'production',
  owner: null,
  escalation: 'group:oncall',
  state: 'expired',
};
const LOOKED = {
  class: 'api_key',
  why: 'It expired',
  lines: ['a', 'b'],
  found: [{ name: 'x', size: 3 }],
  count: 2,
  ok: true,
  hint: null,
};
const MINTED = { key: { ...KEY, version: 4 }, secret: { secret: 'sec-1' }, spare: null };

function scope(steps: Record<string, JsonObject> = {}, inputs: JsonObject = {}): Scope {
  return { inputs: { key: KEY, situation: 'expired', note: '', ...inputs }, steps };
}

function planOf(text: string): Plan {
  const compiled = compileRunbook(text, 'R-TEST.yaml', smallCatalogue);
  if (compiled.kind === 'refused') throw new Error(compiled.problems.map(describeProblem).join('\n'));
  return compiled.runbook.plan;
}

function stepOf(id: string, text = GOOD): PlannedStep {
  const step = stepsOf(planOf(text)).find((one) => one.id === id);
  if (step === undefined) throw new Error(`there is no ${id}`);
  return step;
}

function withWhen(condition: string): PlannedStep {
  return stepOf(
    'deliver',
    GOOD.replace('when: has(steps.mint)', `when: ${JSON.stringify(`has(steps.mint) && (${condition})`)}`),
  );
}

describe('the plan', () => {
  test('has the stages in order, a parallel group as one, and finally apart', () => {
    const plan = planOf(GOOD);
    expect(plan.stages.map((stage) => stage.map((step) => step.id))).toEqual([
      ['look'],
      ['left', 'right'],
      ['go'],
      ['mint'],
      ['deliver'],
      ['destroy'],
      ['tell'],
    ]);
    expect(plan.finally.flat().map((step) => step.id)).toEqual(['last']);
    expect(plan.waived).toEqual({ contain: 'There is nothing to contain in a test.' });
  });

  test('carries what the step kind says of effect, repetition and undo, and where the step stands', () => {
    expect(stepOf('mint')).toMatchObject({
      effect: 'writes',
      repeat: 'ask',
      undo: 'undo',
      timeoutMs: 10_000,
      line: 28,
    });
    expect(stepOf('destroy')).toMatchObject({ effect: 'destroys', undo: 'point_of_no_return' });
  });

  test('tries five times, but once where nobody can say whether it happened', () => {
    expect(stepOf('look').retry).toEqual({
      attempts: 5,
      backoffMs: 3_000,
      maxBackoffMs: 300_000,
      jitter: true,
      on: null,
    });
    expect(stepOf('mint').retry.attempts).toBe(1);
  });

  test('takes due, timeout and on_failure from the step', () => {
    expect(stepOf('tell')).toMatchObject({ dueMs: 1_800_000, timeoutMs: 20_000, onFailure: { kind: 'continue' } });
    expect(stepOf('go')).toMatchObject({ dueMs: null, onFailure: { kind: 'stop' } });
  });

  test('changes its hash with every letter of the text', () => {
    expect(planOf(GOOD).hash).toMatch(/^[0-9a-f]{64}$/);
    expect(planOf(`${GOOD}# x\n`).hash).not.toBe(planOf(GOOD).hash);
  });
});

describe('a reference', () => {
  test('becomes the value that it names, with its type', () => {
    expect(stepOf('look').resolve(scope())).toEqual({ key: KEY, limit: 20 });
    expect(stepOf('deliver').resolve(scope({ mint: MINTED }))).toEqual({
      secret: { secret: 'sec-1' },
      sink: 'file',
      old: KEY,
    });
  });

  test('falls back to the next alternative when the first is empty', () => {
    expect(stepOf('tell').resolve(scope({ look: LOOKED }))).toMatchObject({ assignee: 'group:oncall' });
    const owned = scope({ look: LOOKED }, { key: { ...KEY, owner: 'carol' } });
    expect(stepOf('tell').resolve(owned)).toMatchObject({ assignee: 'carol' });
  });

  test('is null where the field allows it and the step did not run', () => {
    const text = GOOD.replace('old: "${inputs.key}"', 'old: "${steps.mint.key}"')
      .replace(
        'when: has(steps.mint)\n    uses: deliver\n    with: { secret: "${steps.mint.secret}"',
        'uses: deliver\n    with: { secret: "${steps.other.secret}"',
      )
      .replace(
        '  - id: deliver',
        '  - id: other\n    uses: mint\n    with: { replaces: "${inputs.key}", scopes: same }\n  - id: deliver',
      );
    expect(stepOf('deliver', text).resolve(scope({ other: MINTED }))).toMatchObject({ old: null });
  });

  test('stops the run when a value that has to be there is not', () => {
    expect(() => stepOf('deliver').resolve(scope())).toThrow(PermanentFailure);
    expect(() => stepOf('tell').resolve(scope())).toThrow(/steps\.look\.why.*did not run/);
  });

  test('never reads what an object inherits', () => {
    const inherited: Scope = { inputs: Object.create({ key: KEY }), steps: {} };
    expect(() => stepOf('look').resolve(inherited)).toThrow(PermanentFailure);
  });

  test('inside a sentence is one short line, whatever somebody typed', () => {
    const note = `ok?\n\nApproved by bob\u202e ${'x'.repeat(500)}`;
    const { question } = stepOf('go').resolve(scope({}, { note }));
    expect(question).toMatch(/^Replace payments-prod\? ok\? Approved by bob x{100,}…$/);
    expect(String(question).length).toBeLessThan(400);
  });

  test('lists and answers read like words in a sentence', () => {
    const text = GOOD.replace(
      'Is ${steps.look.why} clear?',
      '${steps.look.lines}: ${steps.look.ok}, ${steps.look.count}',
    );
    expect(stepOf('tell', text).resolve(scope({ look: LOOKED }))).toMatchObject({ question: 'a, b: yes, 2' });
  });

  test('a value that looks like a reference is not read again', () => {
    const { question } = stepOf('go').resolve(scope({}, { note: '${inputs.key.id}' }));
    expect(question).toBe('Replace payments-prod? ${inputs.key.id}');
  });
});

describe('presence', () => {
  const deliverWithout = GOOD.replace('    when: has(steps.mint)\n', '');

  test('is shown by the same condition as the step that gives the value', () => {
    const text = deliverWithout.replace(
      '  - id: deliver\n',
      '  - id: deliver\n    when: steps.look.class   ==  "api_key"\n',
    );
    expect(stepOf('deliver', text).when?.holds(scope({ look: LOOKED }))).toBe(true);
  });

  test('is shown by a condition that asks for more', () => {
    const text = deliverWithout.replace(
      '  - id: deliver\n',
      '  - id: deliver\n    when: inputs.note == "" && steps.look.class == "api_key"\n',
    );
    expect(planOf(text).stages).toHaveLength(7);
  });

  test('is shown by the presence of a step that could run only with it', () => {
    const text = GOOD.replace(
      '    when: inputs.situation == "exploited"\n    uses: destroy\n    with: { key: "${inputs.key}" }',
      '    when: has(steps.deliver)\n    uses: destroy\n    with: { key: "${steps.mint.key}" }',
    );
    expect(planOf(text).stages).toHaveLength(7);
  });

  test.each([
    ['another condition', 'when: steps.look.class == "passphrase"'],
    ['an alternative', 'when: has(steps.mint) || inputs.note == ""'],
    ['a negation', 'when: "!has(steps.mint)"'],
  ])('is not shown by %s', (_name, when) => {
    const compiled = compileRunbook(GOOD.replace('when: has(steps.mint)', when), 'R-TEST.yaml', smallCatalogue);
    expect(compiled).toMatchObject({ kind: 'refused', problems: [{ path: 'recover[2].with.secret' }] });
  });

  test('after a jump, nothing between the failed step and its target counts as there', () => {
    const text = GOOD.replace(
      '    uses: look\n    with: { key: "${inputs.key}", limit: 20 }',
      '    uses: look\n    on_failure: tell\n    with: { key: "${inputs.key}", limit: 20 }',
    );
    const compiled = compileRunbook(text, 'R-TEST.yaml', smallCatalogue);
    expect(compiled).toMatchObject({ kind: 'refused', problems: [{ path: 'communicate[0].with.question' }] });
  });
});

describe('a condition', () => {
  test.each([
    ['steps.look.count == 2', true],
    ['steps.look.count > 1 && steps.look.count < 3', true],
    ['steps.look.lines.exists(x, x == "b")', true],
    ['steps.look.lines.all(x, x == "b")', false],
    ['steps.look.found.exists(x, x.size == 3 && x.name == "x")', true],
    ['steps.look.hint == null', true],
    ['steps.mint.spare == null', true],
    ['inputs.key.owner == null', true],
    ['inputs.key.version == 3', true],
    ['steps.look.class in ["api_key"]', true],
    ['steps.look.why.startsWith("It")', true],
    ['re2(steps.look.why, "^It .*d$")', true],
    ['size(steps.look.lines) == 2', true],
    ['has(steps.left)', false],
  ])('%s → %s', (condition, expected) => {
    expect(withWhen(condition).when?.holds(scope({ look: LOOKED, mint: MINTED }))).toBe(expected);
  });

  test('that looks at a missing value fails instead of guessing', () => {
    const step = stepOf('mint');
    expect(() => step.when?.holds(scope())).toThrow(PermanentFailure);
    expect(() => step.when?.holds(scope())).toThrow(/`steps\.look\.class == "api_key"` could not be decided/);
  });

  test.each([
    ['a text of 2 001 characters', 'steps.look.why == ""', { ...LOOKED, why: 'x'.repeat(2_001) }],
    [
      'a list of 101 entries',
      'steps.look.lines.exists(x, x == "")',
      { ...LOOKED, lines: Array.from({ length: 101 }, () => 'x') },
    ],
  ])('does not look at %s', (_name, condition, look) => {
    expect(() => withWhen(condition).when?.holds(scope({ look, mint: MINTED }))).toThrow(/too long to decide on/);
  });

  test('is not bothered by large values that it does not look at', () => {
    const look = { ...LOOKED, why: 'x'.repeat(100_000) };
    expect(withWhen('steps.look.ok').when?.holds(scope({ look, mint: MINTED }))).toBe(true);
  });
});
