// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { openRunbookSet } from '../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { WHOLE } from './whole-language.ts';

/** What is replaced in a good runbook, by what, where the problem has to be reported, and what it has to say that it found. */
const POISON: readonly (readonly [name: string, from: string, to: string, at: string, got: string])[] = [
  [
    'each on a step that starts nothing',
    '  - id: mint\n    uses: key.create',
    '  - id: mint\n    each: "${steps.siblings.keys}"\n    uses: key.create',
    '69:5',
    '`each` on `key.create`',
  ],
  [
    'each over a number',
    'each: "${steps.siblings.keys}"',
    'each: "${steps.siblings.count}"',
    '63:12',
    '`steps.siblings.count`, which is a whole number',
  ],
  ['each over words', 'each: "${steps.siblings.keys}"', 'each: siblings', '63:11', '`siblings`'],
  ['each over a list that is written out', 'each: "${steps.siblings.keys}"', 'each: [a, b]', '63:11', 'a list of 2'],
  [
    'each over a later step',
    'each: "${steps.siblings.keys}"',
    'each: "${steps.mint.keys}"',
    '63:12',
    '`mint`, which comes later, stands in the same parallel group',
  ],
  ['an unknown field of the item', 'key: "${item}"', 'key: "${item.sluf}"', '65:48', '`sluf`'],
  [
    'an item outside of each',
    'question: "Suspend ${inputs.key.slug}?"',
    'question: "Suspend ${item.slug}?"',
    '27:32',
    '`item`',
  ],
  ['an item in a condition', 'that: steps.siblings.count < 20', 'that: item.slug == "a"', '61:19', '`item`'],
  ['a ramp of zero', 'ramp: 3', 'ramp: 0', '66:11', 'the number `0`'],
  ['a ramp in words', 'ramp: 3', 'ramp: slowly', '66:11', '`slowly`'],
  ['a ramp without each', '    uses: key.suspend\n', '    uses: key.suspend\n    ramp: 2\n', '30:5', '`ramp` alone'],
  ['more failures than all', 'max_failures: 20%', 'max_failures: 101%', '67:19', '`101%`'],
  ['a negative number of failures', 'max_failures: 20%', 'max_failures: -1', '67:19', 'the number `-1`'],
  ['half a failure', 'max_failures: 20%', 'max_failures: 0.5', '67:19', 'the number `0.5`'],
  [
    'max_failures without each',
    '    uses: key.suspend\n',
    '    uses: key.suspend\n    max_failures: 1\n',
    '30:5',
    '`max_failures` alone',
  ],
  ['a runbook by reference', 'runbook: R-ROTATE,', 'runbook: "${inputs.situation}",', '65:22', '`${inputs.situation}`'],
  ['a runbook in small letters', 'runbook: R-ROTATE,', 'runbook: r-rotate,', '65:22', '`r-rotate`'],
  ['a hash that is none', 'runbook: R-ROTATE,', 'runbook: R-ROTATE, hash: abc,', '65:38', '`abc`'],
  ['an unknown word for open runs', 'open_runs: one_per_key', 'open_runs: one', '13:12', '`one`'],
  [
    'a deadline of finally',
    'deadlines: { run: 5d,',
    'deadlines: { finally: 1h, run: 5d,',
    '14:14',
    'the unknown key `finally`',
  ],
  ['a deadline of a phase that does not exist', 'contain: 2h', 'contian: 2h', '14:23', 'the unknown key `contian`'],
  ['a deadline in minutes as a number', 'contain: 2h', 'contain: 120', '14:32', 'the number `120`'],
  ['a deadline of a year', 'deadlines: { run: 5d', 'deadlines: { run: 365d', '14:19', '`365d`'],
  [
    'a step with a broken deadline',
    'deadline: 1d\n  - id: cleaned',
    'deadline: tomorrow\n  - id: cleaned',
    '46:15',
    '`tomorrow`',
  ],
  [
    'deadlines as a list',
    'deadlines: { run: 5d, contain: 2h, recover: 3d }',
    'deadlines: [5d]',
    '14:12',
    'a list of 1',
  ],
  ['an error class that does not exist', 'on: [network, timeout]', 'on: [network, timout]', '22:71', '`timout`'],
  ['no error class at all', 'on: [network, timeout]', 'on: []', '22:61', 'an empty list'],
  ['an error class twice in other spelling', 'on: [network, timeout]', 'on: Network', '22:61', '`Network`'],
  ['a pause that is longer than the longest', 'max_backoff: 1m', 'max_backoff: 1s', '22:53', '`1s`'],
  ['no attempt', 'attempts: 3', 'attempts: 0', '22:24', 'the number `0`'],
  ['jitter as a number', 'attempts: 3,', 'attempts: 3, jitter: 5,', '22:35', 'the number `5`'],
  ['an unknown word in retry', 'attempts: 3,', 'atempts: 3,', '22:14', 'the unknown key `atempts`'],
  ['a wait for nothing', 'with: { for: 30m }', 'with: {}', '83:11', 'an empty mapping'],
  [
    'a wait for two things',
    'with: { for: 30m }',
    'with: { for: 30m, at: "2027-01-01T00:00:00Z" }',
    '83:11',
    'a mapping',
  ],
  ['until without a deadline', 'deadline: 1d, check_every: 5m', 'check_every: 5m', '80:11', 'a mapping'],
  ['a deadline without until', 'with: { for: 30m }', 'with: { for: 30m, deadline: 1h }', '83:11', 'a mapping'],
  [
    'a wait until a day that does not exist',
    'with: { for: 30m }',
    'with: { at: "2027-02-30T00:00:00Z" }',
    '83:17',
    '`2027-02-30T00:00:00Z`',
  ],
  ['a wait until a word', 'with: { for: 30m }', 'with: { at: tomorrow }', '83:17', '`tomorrow`'],
  [
    'until on a fact that does not exist',
    'until: key.calls_last_hour == 0',
    'until: key.calls_last_day == 0',
    '80:20',
    '`calls_last_day`',
  ],
  [
    'until that compares a number with a word',
    'until: key.calls_last_hour == 0',
    'until: key.calls_last_hour == "0"',
    '80:20',
    'no such overload: int == string at `key.calls_last_hour`',
  ],
  [
    'until that is no question',
    'until: key.calls_last_hour == 0',
    'until: key.calls_last_hour',
    '80:20',
    'a value of type int',
  ],
  [
    'until with a state that does not exist',
    'until: key.calls_last_hour == 0',
    'until: key.state == "dead"',
    '80:33',
    '`dead`',
  ],
  [
    'until with a reference',
    'until: key.calls_last_hour == 0',
    'until: "${steps.mint.key}"',
    '80:20',
    '`${steps.mint.key}`',
  ],;

function problemsOf(text: string) {
  const compiled = compileRunbook(text, 'runbooks/R-WHOLE.yaml', stepKinds);
  return compiled.kind === 'refused' ? compiled.problems : [];
}

test('the runbook that is poisoned below is a good one', () => {
  expect(problemsOf(WHOLE).map(describeProblem)).toEqual([]);
});

test.each(POISON)('refuses %s, with the place and what to write', (_name, from, to, at, got) => {
  expect(WHOLE).toContain(from);
  const text = WHOLE.replace(from, () => to);
  const problems = problemsOf(text);
  const [line, column] = at.split(':').map(Number);
  const there = problems.filter((problem) => problem.line === line && problem.column === column);
  expect(
    there.map((problem) => problem.got.slice(0, 60)),
    problems.map(describeProblem).join('\n'),
  ).toContain(got);
  for (const problem of problems)
    expect(describeProblem(problem)).toMatch(
      /^runbooks\/R-WHOLE\.yaml:\d+:\d+ [a-z_]+(\[\d+\])?[a-zA-Z_.[\]\d]*: expected \S.*, got \S.*; \S/,
    );
});

test('each of them leaves the last good set live', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-poison-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const write = (text: string) => writeFileSync(join(dir, 'R-WHOLE.yaml'), text);
  // Alone in its folder, it can start nothing.
  const alone = WHOLE.replace('  - id: all\n    each: "${steps.siblings.keys}"\n', '  - id: all\n').replace(
    'uses: runbook.start\n    with: { runbook: R-ROTATE, inputs: { key: "${item}", mode: suspected } }\n    ramp: 3\n    max_failures: 20%\n',
    'uses: key.classify\n    with: { key: "${inputs.key}" }\n',
  );
  const withoutCall = alone.replace(/ {2}- id: status\n[\s\S]*?on_failure: continue\n/, '');
  write(withoutCall);
  const set = await openRunbookSet(dir, stepKinds);
  expect(set.problems()).toEqual([]);
  const good = set.current('R-WHOLE');
  const fitting = POISON.filter(([, from]) => withoutCall.includes(from));
  expect(fitting.length).toBeGreaterThan(50);
  for (const [name, from, to] of fitting) {
    write(withoutCall.replace(from, () => to));
    expect((await set.reload()).length, name).toBeGreaterThan(0);
    expect(set.current('R-WHOLE'), name).toEqual(good);
  }
});
