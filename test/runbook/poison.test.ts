// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { describe, expect, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem, type RunbookProblem } from '../../src/runbook/problem.ts';
import { GOOD, smallCatalogue } from './small-catalogue.ts';

const FILE = 'runbooks/R-TEST.yaml';
const WHEN = 'when: has(steps.mint)';

function problemsOf(text: string): RunbookProblem[] {
  const compiled = compileRunbook(text, FILE, smallCatalogue);
  return compiled.kind === 'refused' ? compiled.problems : [];
}

/** What is replaced in a good runbook, by what, where the problem has to be reported, and what it has to say that it found. */
const POISON: readonly (readonly [name: string, from: string, to: string, at: string, got: string])[] = [
  ['a directive', 'runbook: R-TEST', '%YAML 1.1\n---\nrunbook: R-TEST', '1:1', 'the directive `%YAML 1.1`'],
  ['an anchor', 'limit: 20', 'limit: &n 20', '17:42', 'the anchor `&n`'],
  ['an alias', 'limit: 20', 'limit: *n', '17:42', 'the alias `*n`'],
  ['a tag', 'limit: 20', 'limit: !!int 20', '17:42', 'the tag `!!int`'],
  ['an unquoted !', WHEN, 'when: !has(steps.mint)', '33:11', 'the tag `!has(steps.mint)`'],
  ['a merge key', 'title: Something', '<<: {}\ntitle: Something', '2:1', '`<<`'],
  ['a key of prototypes', 'title: Something', '__proto__: {}\ntitle: Something', '2:1', '`__proto__`'],
  ['a constructor key', '{ type: key }', '{ type: key, constructor: 1 }', '10:21', '`constructor`'],
  ['a second document', 'finally:', '---\nfinally:', '47:1', 'a second one'],
  ['a key twice', 'owner: group:security', 'owner: alice\nowner: bob', '4:1', '`owner` a second time'],
  ['a key twice in other spelling', 'limit: 20', 'limit: 20, "limit": 30', '17:46', '`limit` a second time'],
  ['a list as key', 'title: Something', '? [a]\n: b\ntitle: Something', '2:3', '`[`'],
  ['a tab', '  - id: look\n', '\t- id: look\n', '15:1', 'a tab'],
  ['an open quote', 'title: Something', 'title: "Something', '2:36', '`` (Missing closing "quote)'],
  ['a direction mark', 'Something happened', 'Some‮thing happened', '2:12', 'the invisible character U+202E'],
  ['a NUL', 'Something happened', 'Some\u0000thing happened', '2:12', 'the invisible character U+0000'],
  ['infinity', 'limit: 20', 'limit: .inf', '17:42', '`.inf`'],
  ['33 levels', 'limit: 20', `limit: ${'['.repeat(33)}${']'.repeat(33)}`, '17:73', 'one level more'],
  ['2 001 nodes', 'limit: 20', `limit: [${'1,'.repeat(2_001)}]`, '17:3933', 'more than that'],
  ['a list instead of a runbook', GOOD, '- a\n- b\n', '1:1', 'a list of 2'],
  ['an empty file', GOOD, '', '1:1', 'an empty file'],
  ['only a comment', GOOD, '# soon\n', '1:1', 'an empty file'],
  ['a text instead of a runbook', GOOD, 'soon\n', '1:1', '`soon`'],
  ['an unknown key at the top', 'title: Something', 'titel: Something', '2:1', 'the unknown key `titel`'],
  ['a broken id', 'runbook: R-TEST', 'runbook: test', '1:10', '`test`'],
  ['a day that does not exist', '2027-05-20', '2027-02-30', '4:12', '`2027-02-30`'],
  ['an unknown class', '[api_key]', '[apikey]', '5:14', '`apikey`'],
  ['no class', '[api_key]', '[]', '5:13', 'an empty list'],
  ['an unknown input type', '{ type: key }', '{ type: kee }', '10:16', '`kee`'],
  ['a default that is not a value', 'default: expired', 'default: gone', '11:67', '`gone`'],
  ['a reserved input name', '  note:', '  in:', '12:3', '`in`'],
  ['an input key of another type', 'default: "" }', 'default: "", values: [a] }', '12:36', 'the unknown key `values`'],
  ['a wrong grant', 'sinks: [file]', 'sink: [file]', '13:11', 'the unknown key `sink`'],
  ['an alert condition with a typo', 'alert.count', 'alert.cont', '8:11', '`cont`'],
  ['an alert condition on steps', 'alert.count >= 5', 'steps.look.ok', '8:11', '`steps`'],
  ['a misspelt phase', 'identify:', 'identfy:', '14:1', 'the unknown key `identfy`'],
  ['a missing phase', 'contain:\n  waived: There is nothing to contain in a test.\n', '', '1:1', 'nothing'],
  [
    'an empty phase',
    'contain:\n  waived: There is nothing to contain in a test.',
    'contain: []',
    '18:10',
    'an empty list',
  ],
  ['a waiver without reason', 'waived: There is nothing to contain in a test.', 'waived:', '19:3', 'nothing'],
  [
    'a step that is a text',
    '  - id: look\n    uses: look\n    with: { key: "${inputs.key}", limit: 20 }',
    '  - look',
    '15:5',
    '`look`',
  ],
  ['a group of one', '      - { id: right, uses: look, with: { key: "${inputs.key}" } }\n', '', '21:5', 'a list of 1'],
  ['an unknown step kind', 'uses: approve', 'uses: aprove', '26:11', '`aprove`'],
  ['no step kind', '    uses: approve\n', '', '25:5', 'nothing'],
  ['no id', '- id: go\n    uses', '- uses', '25:5', 'nothing'],
  ['an id twice', 'id: go', 'id: look', '25:9', '`look`, the step on line 15'],
  ['an id with capitals', 'id: go', 'id: Go', '25:9', '`Go`'],
  ['an id that is a word of the language', 'id: go', 'id: in', '25:9', '`in`'],
  ['an unknown step field', 'due: 30m', 'do: 30m', '44:5', 'the unknown key `do`'],
  ['a broken duration', 'due: 30m', 'due: 30 minutes', '44:10', '`30 minutes`'],
  ['a timeout of a day', 'timeout: 20s', 'timeout: 1d', '45:14', '`1d`'],
  ['on_failure to an earlier step', 'on_failure: continue', 'on_failure: look', '46:17', '`look`'],
  ['on_failure to nothing', 'on_failure: continue', 'on_failure: contine', '46:17', '`contine`'],
  [
    'a retry of what cannot be repeated',
    '    uses: mint\n',
    '    uses: mint\n    retry: { attempts: 3 }\n',
    '31:5',
    '3 attempts',
  ],
  ['eleven attempts', 'due: 30m', 'retry: { attempts: 11 }', '44:24', 'the number `11`'],
  ['a missing field', 'with: { key: "${inputs.key}", limit: 20 }', 'with: { limit: 20 }', '17:11', 'nothing'],
  ['no with at all', '    with: { key: "${inputs.key}", limit: 20 }\n', '', '15:5', 'nothing'],
  ['an unknown field', 'limit: 20', 'limt: 20', '17:35', 'the unknown key `limt`'],
  ['a text for a number', 'limit: 20', 'limit: many', '17:42', '`many`'],
  ['a number out of range', 'limit: 20', 'limit: 500', '17:42', 'the number `500`'],
  ['a word that is not allowed', 'scopes: minimal', 'scopes: minimum', '31:48', '`minimum`'],
  ['an ungranted sink', 'sink: file', 'sink: vault', '35:51', '`vault`'],
  ['a broken name of a person', 'assignee: alice', 'assignee: Alice!', '50:49', '`Alice!`'],
  ['a list for a text', 'question: Anything left?', 'question: [Anything, left]', '50:23', 'a list of 2'],
  ['an unknown input', 'key: "${inputs.key}", limit', 'key: "${inputs.kee}", limit', '17:19', '`kee`'],
  ['an unknown step', 'replaces: "${inputs.key}"', 'replaces: "${steps.lok.class}"', '31:24', '`lok`'],
  [
    'a later step',
    'key: "${inputs.key}", limit',
    'key: "${steps.mint.key}", limit',
    '17:19',
    '`mint`, which comes later, stands in the same parallel group',
  ],
  [
    'a step of the same group',
    'id: right, uses: look, with: { key: "${inputs.key}"',
    'id: right, uses: look, with: { key: "${steps.left.why}"',
    '23:48',
    '`left`, which comes later, stands in the same parallel group',
  ],
  ['an unknown output', 'Is ${steps.look.why}', 'Is ${steps.look.whi}', '43:27', '`whi`'],
  ['a part of a text', 'Is ${steps.look.why}', 'Is ${steps.look.why.because}', '43:27', '`steps.look.why.because`'],
  ['all of the inputs', 'Is ${steps.look.why}', 'Is ${inputs}', '43:27', '`${inputs}`'],
  ['all of a step', 'replaces: "${inputs.key}"', 'replaces: "${steps.look}"', '31:24', 'all of `steps.look`'],
  [
    'a text for a key',
    'replaces: "${inputs.key}"',
    'replaces: "${inputs.key.slug}"',
    '31:24',
    '`inputs.key.slug`, which is text',
  ],
  ['a key in a sentence', 'Is ${steps.look.why}', 'Is ${inputs.key}', '43:27', '`inputs.key`, which is a key'],
  ['words around a reference', 'old: "${inputs.key}"', 'old: "the ${inputs.key}"', '35:62', '`the ${inputs.key}`'],
  [
    'an open reference',
    'Is ${steps.look.why} clear',
    'Is ${steps.look.why clear',
    '43:23',
    '`Is ${steps.look.why clear?`',
  ],
  ['a calculation', 'Is ${steps.look.why}', 'Is ${1 + 1}', '43:27', '`${1 + 1}`'],
  ['a call', 'Is ${steps.look.why}', 'Is ${size(inputs.note)}', '43:27', '`${size(inputs.note)}`'],
  ['a reference in place of a rule', 'rule: rotate', 'rule: "${inputs.note}"', '27:75', '`${inputs.note}`'],
  ['a reference in place of a duration', 'after: 5m', 'after: "${inputs.note}"', '43:112', '`${inputs.note}`'],
  ['a free text for a word', 'scopes: minimal', 'scopes: "${inputs.note}"', '31:49', '`inputs.note`, which is text'],
  [
    'a value that may be empty',
    "${inputs.key.owner ?? 'group:oncall'}",
    '${inputs.key.owner}',
    '43:65',
    '`inputs.key.owner`, which can be empty',
  ],
  [
    'a value of a step that may not have run',
    '    when: has(steps.mint)\n    uses: deliver',
    '    uses: deliver',
    '34:22',
    '`steps.mint.secret`, which is absent when step `mint` did no',
  ],
  [
    'a fallback that may be empty too',
    "inputs.key.owner ?? 'group:oncall'",
    'inputs.key.owner ?? inputs.key.escalation',
    '43:65',
    '`inputs.key.escalation`, which can be empty',
  ],
  [
    'a value of a step that may have failed',
    'question: Anything left?',
    'question: "${steps.tell.evidence}"',
    '50:24',
    '`steps.tell.evidence`, which is absent when step `tell` did ',
  ],
  [
    'a secret in a sentence',
    'Is ${steps.look.why}',
    'Is ${steps.mint.secret}',
    '43:27',
    '`steps.mint.secret`, which is a secret',
  ],
  [
    'a secret as a person',
    "${inputs.key.owner ?? 'group:oncall'}",
    '${steps.mint.secret}',
    '43:65',
    '`steps.mint.secret`, which is a secret',
  ],
  [
    'a secret inside a key field',
    'old: "${inputs.key}"',
    'old: "${steps.mint.secret}"',
    '35:63',
    '`steps.mint.secret`, which is a secret',
  ],
  [
    'a key as a secret',
    'secret: "${steps.mint.secret}"',
    'secret: "${steps.mint.key}"',
    '35:22',
    '`steps.mint.key`, which is a key',
  ],
  [
    'a secret in a condition',
    WHEN,
    'when: has(steps.mint) && steps.mint.secret == inputs.key',
    '33:30',
    '`steps.mint.secret`, which is a secret',
  ],
  ['a condition that is no question', WHEN, 'when: steps.look.count', '33:11', 'a value of type int'],
  ['a condition with a syntax error', WHEN, 'when: has(steps.mint) &&', '33:29', 'Unexpected token: EOF'],
  ['a boolean as condition', WHEN, 'when: true', '33:11', 'the boolean `true`'],
  ['an unknown name in a condition', WHEN, 'when: look.ok', '33:11', '`look`'],
  ['a misspelt step in has', WHEN, 'when: has(steps.mnt)', '33:11', '`mnt`'],
  ['an unknown output in a condition', WHEN, 'when: steps.look.okay', '33:11', '`okay`'],
  ['a word that cannot be', 'steps.look.class == "api_key"', 'steps.look.class == "apikey"', '29:31', '`apikey`'],
  [
    'a text compared with a number',
    WHEN,
    'when: steps.look.why == 5',
    '33:11',
    'no such overload: string == int at `steps.look.why == 5`',
  ],
  [
    'a value of a step that may not have run, in a condition',
    'when: inputs.situation == "exploited"',
    'when: steps.mint.key.slug == "x"',
    '37:11',
    '`steps.mint.key.slug`, which is absent when step `mint` did ',
  ],
  [
    'matches',
    WHEN,
    'when: steps.look.why.matches("^(a+)+$")',
    '33:11',
    '`matches`, which one pattern can keep busy for hours',
  ],
  [
    'a loop in a loop',
    WHEN,
    'when: steps.look.lines.exists(x, steps.look.lines.exists(y, x == y))',
    '33:38',
    'one inside another',
  ],
  [
    'three loops',
    WHEN,
    'when: steps.look.lines.exists(x, x == "") || steps.look.lines.exists(x, x == "") || steps.look.lines.exists(x, x == "")',
    '33:89',
    'more',
  ],
  ['a map', WHEN, 'when: steps.look.lines.map(x, x) == []', '33:11', '`map`'],
  ['a binding', WHEN, 'when: cel.bind(x, 1, x == 1)', '33:11', '`cel`'],
  [
    'an index',
    WHEN,
    'when: steps["look"].ok',
    '33:11',
    'an access with [ ] or ?, a part of something computed, or { }'.slice(0, 60),
  ],
  ['a computed pattern', WHEN, 'when: re2(steps.look.why, inputs.note)', '33:31', 'something that is computed'],
  ['a pattern with look-ahead', WHEN, 'when: re2(steps.look.why, "(?=a)")', '33:31', '`(?=a)`'],
  ['a pattern that explodes', WHEN, 'when: re2(steps.look.why, "((a{100}){100})")', '33:31', '`((a{100}){100})`'],
  ['401 characters', WHEN, `when: ${'steps.look.ok || '.repeat(25)}true`, '33:11', '429'],
  ['growth in a loop', WHEN, 'when: steps.look.lines.exists(x, x + x == "")', '33:38', '`+`'],
  ['counting in a loop', WHEN, 'when: steps.look.lines.exists(x, size(x) == 1)', '33:38', '`size`'],
  [
    'a field of a list entry that does not exist',
    WHEN,
    'when: steps.look.found.exists(x, x.nam == "")',
    '33:38',
    '`nam`',
  ],
  ['a way to the prototype', WHEN, 'when: steps.look.constructor == null', '33:11', '`constructor`'],
  [
    'secrets in a list for another runbook',
    '  - id: deliver\n',
    '  - id: hand\n    when: has(steps.mint)\n    uses: start\n    with: { runbook: R-B, inputs: { a: "${steps.mint.parts}" } }\n  - id: deliver\n',
    '35:41',
    '`steps.mint.parts`, which is a secret',
  ],
  [
    'a pattern with thousands of states',
    WHEN,
    'when: re2(steps.look.why, "((((a?){9}){9}){9})")',
    '33:31',
    '`((((a?){9}){9}){9})`',
  ],
];

test('the runbook that is poisoned below is a good one', () => {
  expect(problemsOf(GOOD)).toEqual([]);
});

describe('refuses', () => {
  test.each(POISON)('%s', (_name, from, to, at, got) => {
    expect(GOOD).toContain(from);
    const problems = problemsOf(GOOD.replace(from, () => to));
    const [line, column] = at.split(':').map(Number);
    const there = problems.filter((problem) => problem.line === line && problem.column === column);
    expect(
      there.map((problem) => problem.got.slice(0, 60)),
      problems.map(describeProblem).join('\n'),
    ).toContain(got);
  });

  test('phases in another order', () => {
    const contain = 'contain:\n  waived: There is nothing to contain in a test.\n';
    const [problem] = problemsOf(GOOD.replace(contain, '').replace('recover:', `${contain}recover:`));
    expect(problem).toMatchObject({
      line: 22,
      column: 1,
      path: 'contain',
      fix: 'write `contain` before `investigate`',
    });
  });

  test('more than 256 KB without reading it', () => {
    const [problem] = problemsOf(`${GOOD}# ${'x'.repeat(256 * 1024)}\n`);
    expect(problem).toMatchObject({ line: 1, expected: 'at most 256 KB' });
  });

  test.each([
    ['250 000 opening brackets', '['.repeat(250_000)],
    ['125 000 nested list entries', '- '.repeat(125_000)],
    ['125 000 nested keys', '? '.repeat(125_000)],
    ['50 000 keys', 'a: 1\n'.repeat(50_000)],
    ['250 000 empty lines', '\n'.repeat(250_000)],
    ['700 levels of indentation', Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('%s as too much, before anything is built from them', (_name, text) => {
    const [problem] = problemsOf(text);
    expect(problem?.expected).toMatch(/^at most (32 levels|2000 keys, values and entries)$/);
  });
});

describe('a problem', () => {
  const EVERY = POISON.map(([name, from, to]) => [name, GOOD.replace(from, () => to)] as const);

  test.each(EVERY)(
    'of %s names the file, a place inside it, what was expected, what came and what to write',
    (_name, text) => {
      const lines = text.split('\n');
      for (const problem of problemsOf(text)) {
        expect(problem.file).toBe(FILE);
        expect(problem.line).toBeGreaterThanOrEqual(1);
        expect(problem.line).toBeLessThanOrEqual(lines.length);
        expect(problem.column).toBeGreaterThanOrEqual(1);
        expect(problem.column).toBeLessThanOrEqual((lines[problem.line - 1]?.length ?? 0) + 1);
        expect(describeProblem(problem)).toMatch(/^runbooks\/R-TEST\.yaml:\d+:\d+ .*expected \S.*, got \S.*; \S/);
        expect(describeProblem(problem)).not.toMatch(/undefined|\[object|NaN|\n/);
      }
    },
  );

  test('is reported together with all the others of its file, in reading order', () => {
    const text = GOOD.replace('limit: 20', 'limt: 20')
      .replace('scopes: minimal', 'scopes: none')
      .replace('due: 30m', 'due: soon')
      .replace('review_by: 2027-05-20', 'review_by: soon');
    expect(problemsOf(text).map((problem) => problem.path)).toEqual([
      'review_by',
      'identify[0].with.limt',
      'recover[1].with.scopes',
      'communicate[0].due',
    ]);
  });

  test('of a broken condition is not repeated by what relies on the condition', () => {
    expect(problemsOf(GOOD.replace(WHEN, 'when: has(steps.mnt)'))).toHaveLength(1);
  });

  test('of a broken step kind is not repeated by what uses its outputs', () => {
    expect(problemsOf(GOOD.replace('    uses: mint\n', '    uses: mnit\n'))).toHaveLength(1);
  });

  test('of a misspelt phase is not repeated by what its steps would have given', () => {
    expect(problemsOf(GOOD.replace('identify:', 'identfy:'))).toHaveLength(2);
  });
});
