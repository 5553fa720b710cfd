// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../src/domain/run.ts';
import { PermanentFailure } from '../../src/errors.ts';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeRunbook } from '../../src/runbook/describe.ts';
import { runbookJsonSchema } from '../../src/runbook/json-schema.ts';
import { lintRunbooks } from '../../src/runbook/lint.ts';
import { loadRunbooks } from '../../src/runbook/load.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { defineStep, type StepKind } from '../../src/steps/contract.ts';
import { keyRef, keyRefOf } from '../../src/steps/fields.ts';
import { runbookStart } from '../../src/steps/runbook-start.ts';
import { aKey } from '../support/builders.ts';

const find = defineStep({
  uses: 'find',
  summary: 'Finds keys.',
  with: z.strictObject({}),
  outputs: z.strictObject({
    keys: z.array(keyRef),
    hosts: z.array(z.string()),
    pairs: z.array(z.strictObject({ key: keyRef, size: z.int() })),
    count: z.int(),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 10_000,
  rehearsal: 'real',
  perform: async () => ({ kind: 'done', outputs: {}, events: [] }),
});
const catalogue: readonly StepKind[] = [find, runbookStart];

const head = (id: string) => `runbook: ${id}
title: Many keys
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
`;
const FAN = `${head('R-MANY')}identify:
  - { id: found, uses: find, with: {} }
contain:
  - id: fan
    uses: runbook.start
    each: "\${steps.found.keys}"
    ramp: 5
    max_failures: 20%
    with: { runbook: R-ONE, inputs: { key: "\${item}", note: "\${item.slug}" } }
investigate: { waived: Nothing. }
recover: { waived: Nothing. }
communicate: { waived: Nothing. }
`;
const ONE = `${head('R-ONE')}inputs:
  key: { type: key }
  note: { type: text, default: "" }
identify: { waived: Nothing. }
contain: { waived: Nothing. }
investigate: { waived: Nothing. }
recover: { waived: Nothing. }
communicate: { waived: Nothing. }
`;

let dir = '';
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'rekey-each-')), 'runbooks');
  mkdirSync(dir);
  onTestFinished(() => rmSync(join(dir, '..'), { recursive: true }));
});

async function problemsOf(text: string): Promise<string[]> {
  writeFileSync(join(dir, 'R-MANY.yaml'), text);
  writeFileSync(join(dir, 'R-ONE.yaml'), ONE);
  return (await loadRunbooks(dir, catalogue)).problems.map(describeProblem);
}

function planned(text: string) {
  const compiled = compileRunbook(text, 'R-MANY.yaml', catalogue);
  if (compiled.kind === 'refused') throw new Error(compiled.problems.map(describeProblem).join('\n'));
  const each = compiled.runbook.plan.stages[1]?.[0]?.each;
  if (each === null || each === undefined) throw new Error('there is no each');
  return each;
}

const KEYS = ['alpha', 'beta'].map((slug) => keyRefOf(aKey({ slug })));
const scope = (outputs: JsonObject) => ({ inputs: {}, steps: { found: outputs } });

describe('each', () => {
  test('gives every run the inputs of its item', async () => {
    expect(await problemsOf(FAN)).toEqual([]);
    const each = planned(FAN);
    expect(each.items(scope({ keys: KEYS }))).toEqual(
      KEYS.map((key) => ({ name: key.slug, inputs: { key, note: key.slug } })),
    );
    expect(each).toMatchObject({ ramp: 5, maxFailures: { kind: 'percent', percent: 20 } });
  });

  test('without ramp and max_failures goes 1, 2, 4 and stops at the first failure', () => {
    const each = planned(FAN.replace(/ {4}(ramp|max_failures): .*\n/g, ''));
    expect(each).toMatchObject({ ramp: 'doubling', maxFailures: { kind: 'count', count: 0 } });
  });

  test('names items that are texts or mappings, too', () => {
    const note = (list: string, item: string) =>
      FAN.replace('found.keys', `found.${list}`).replace('key: "${item}", note: "${item.slug}"', item);
    const hosts = planned(note('hosts', 'note: "${item}"')).items(scope({ hosts: ['a.example.com'] }));
    expect(hosts).toEqual([{ name: 'a.example.com', inputs: { note: 'a.example.com' } }]);
    const pairs = planned(note('pairs', 'key: "${item.key}"')).items(
      scope({ pairs: [{ key: KEYS[0] ?? null, size: 1 }] }),
    );
    expect(pairs).toEqual([{ name: 'item 1', inputs: { key: KEYS[0] } }]);
  });

  test('refuses at run time what is no list, and what is too long for one', () => {
    const each = planned(FAN);
    expect(() => each.items(scope({}))).toThrow(PermanentFailure);
    const many = Array.from({ length: 1_001 }, () => KEYS[0] ?? null);
    expect(() => each.items(scope({ keys: many }))).toThrow(/has 1001 items, and `each` takes at most 1000/);
  });

  test('makes its outputs the ones of the whole list', async () => {
    const thenWhen = (path: string) =>
      FAN.replace(
        'investigate: { waived: Nothing. }',
        `investigate:\n  - { id: then, uses: find, with: {}, when: "${path}" }`,
      );
    expect(await problemsOf(thenWhen('steps.fan.failed == 0 && size(steps.fan.items) > 1'))).toEqual([]);
    expect((await problemsOf(thenWhen("steps.fan.outcome == 'succeeded'"))).join('\n')).toContain('got `outcome`');
  });
});

describe('load refuses, with the place,', () => {
  test.each([
    [
      '`each` on a kind that starts no runbook',
      FAN.replace('with: {} }', 'with: {}, each: "${steps.found.keys}" }'),
      /^runbooks\/R-MANY\.yaml:7:40 identify\[0\]\.each: expected a step that starts a runbook, got `each` on `find`/,
    ],
    [
      'what is no list',
      FAN.replace('found.keys', 'found.count'),
      /^runbooks\/R-MANY\.yaml:11:12 contain\[0\]\.each: expected a list, got `steps\.found\.count`, which is a whole number/,
    ],
    [
      'a list that is not there',
      FAN.replace('found.keys', 'found.kyes'),
      /^runbooks\/R-MANY\.yaml:11:12 contain\[0\]\.each: .*did you mean `keys`/,
    ],
    [
      'words around the list',
      FAN.replace('"${steps.found.keys}"', '"all ${steps.found.keys}"'),
      /^runbooks\/R-MANY\.yaml:11:11 contain\[0\]\.each: expected one reference to a list/,
    ],
    [
      '`item` without `each`',
      FAN.replace(/ {4}(each|ramp|max_failures): .*\n/g, ''),
      /^runbooks\/R-MANY\.yaml:11:\d+ contain\[0\]\.with\.inputs\.key: expected `item` only inside the `with` of a step with `each`/,
    ],
    [
      '`item` in the condition of the step',
      FAN.replace('    ramp: 5', '    when: item.slug != ""'),
      /^runbooks\/R-MANY\.yaml:12:11 contain\[0\]\.when: /,
    ],
    [
      'a field that the item does not have',
      FAN.replace('item.slug', 'item.slog'),
      /^runbooks\/R-MANY\.yaml:14:\d+ contain\[0\]\.with\.inputs\.note: .*did you mean `slug`/,
    ],
    [
      'an item that does not fit the input',
      FAN.replace('key: "${item}"', 'key: "${item.slug}"'),
      /^runbooks\/R-MANY\.yaml:14:\d+ contain\[0\]\.with\.inputs\.key: /,
    ],
    [
      'a ramp of nothing',
      FAN.replace('ramp: 5', 'ramp: 0'),
      /^runbooks\/R-MANY\.yaml:12:11 contain\[0\]\.ramp: expected at least 1, got the number `0`/,
    ],
    [
      'a ramp in other words',
      FAN.replace('ramp: 5', 'ramp: slowly'),
      /^runbooks\/R-MANY\.yaml:12:11 contain\[0\]\.ramp: expected doubling, or a whole number from 1 to 1000, got `slowly`/,
    ],
    [
      'a share of more than all',
      FAN.replace('20%', '120%'),
      /^runbooks\/R-MANY\.yaml:13:19 contain\[0\]\.max_failures: expected a share from 0% to 100%, such as 20%, got `120%`/,
    ],
    [
      'a ramp without `each`',
      FAN.replace(/ {4}(each|max_failures): .*\n/g, '').replace('key: "${item}", note: "${item.slug}"', ''),
      /^runbooks\/R-MANY\.yaml:11:5 contain\[0\]\.ramp: expected `ramp` beside `each`, got `ramp` alone/,
    ],
    [
      'a hash that is none',
      FAN.replace('runbook: R-ONE,', 'runbook: R-ONE, hash: latest,'),
      /^runbooks\/R-MANY\.yaml:14:\d+ contain\[0\]\.with\.hash: expected a SHA-256 of 64 hex digits/,
    ],
    [
      'a word for open_runs that is none',
      `open_runs: several\n${FAN}`,
      /^runbooks\/R-MANY\.yaml:1:12 open_runs: expected `one_per_key` or `any`, got `several`/,
    ],
  ])('%s', async (_name, text, words) => {
    const problems = await problemsOf(text);
    expect(
      problems.some((problem) => words.test(problem)),
      problems.join('\n'),
    ).toBe(true);
  });
});

test('a runbook holds its key unless it says that several runs may be open', () => {
  const openRuns = (text: string) => {
    const compiled = compileRunbook(text, 'R-ONE.yaml', catalogue);
    return compiled.kind === 'loaded' ? compiled.runbook.plan.openRuns : compiled.problems;
  };
  expect(openRuns(ONE)).toBe('one_per_key');
  expect(openRuns(`open_runs: any\n${ONE}`)).toBe('any');
});

test('lint names the hash that a pinned runbook has by now', async () => {
  const pin = 'ab'.repeat(32);
  writeFileSync(join(dir, 'R-ONE.yaml'), ONE);
  writeFileSync(join(dir, 'R-MANY.yaml'), FAN.replace('runbook: R-ONE,', `runbook: R-ONE, hash: ${pin},`));
  const { runbooks, problems } = await loadRunbooks(dir, catalogue);
  expect(problems).toEqual([]);
  const now = runbooks.get('R-ONE')?.hash;
  const found = (await lintRunbooks(dir, catalogue, new Date('2027-03-10T12:00:00Z'))).map(describeProblem);
  expect(found).toContainEqual(expect.stringMatching(new RegExp(`with\\.hash: .*got \`${pin}\`; .*\`${now}\``)));
});

test('people read for what a step is done, and how many at once', () => {
  const compiled = compileRunbook(FAN, 'R-MANY.yaml', catalogue);
  if (compiled.kind === 'refused') throw new Error('refused');
  const text = describeRunbook(compiled.runbook);
  expect(text).toContain('for each of ${steps.found.keys}: 5 at once, at most 20% may fail');
  expect(text).toContain(compiled.runbook.hash);
});

test('an editor offers `each` where a runbook is started, and nowhere else', () => {
  const schema = JSON.parse(JSON.stringify(runbookJsonSchema(catalogue)));
  const { step } = schema.definitions;
  expect(Object.keys(step.properties)).toEqual(expect.arrayContaining(['each', 'ramp', 'max_failures']));
  const thenOf = (uses: string) =>
    step.allOf.find((one: { if: { properties: { uses: { const: string } } } }) => one.if.properties.uses.const === uses)
      .then.properties;
  expect(thenOf('find').each).toBe(false);
  expect(thenOf('runbook.start').each).toBeUndefined();
  expect(Object.keys(thenOf('runbook.start').with.properties)).toEqual(['runbook', 'hash', 'inputs']);
  expect(step.dependencies).toEqual({ ramp: ['each'], max_failures: ['each'] });
  expect(schema.properties.open_runs.enum).toEqual(['one_per_key', 'any']);
});
