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
  ],
  ['looking every zero seconds', 'check_every: 5m', 'check_every: 0s', '80:95', '`0s`'],
  [
    'live facts in a when',
    '    when: steps.where.answers.minutes > 10',
    '    when: key.calls_last_hour == 0',
    '48:11',
    '`key`',
  ],
  ['an assertion of nothing', 'that: steps.siblings.count < 20, message', 'message', '61:11', 'nothing'],
  ['an assertion without words', ', message: There are too many to do at once.', '', '61:11', 'nothing'],
  [
    'an assertion with a misspelt output',
    'that: steps.siblings.count < 20',
    'that: steps.siblings.cuont < 20',
    '61:19',
    '`cuont`',
  ],
  [
    'an assertion on a step that may not have run',
    'that: steps.siblings.count < 20',
    'that: steps.cleaned.yes',
    '61:19',
    '`steps.cleaned.yes`, which is absent when step `cleaned` did',
  ],
  [
    'an assertion on a secret',
    '    uses: wait\n    with: { for: 30m }',
    '    uses: assert\n    with: { that: steps.mint.secret == steps.mint.secret, message: no }',
    '83:19',
    '`steps.mint.secret`, which is a secret',
  ],
  [
    'matches in an assertion',
    'that: steps.siblings.count < 20',
    'that: inputs.situation.matches("(a+)+")',
    '61:19',
    '`matches`, which one pattern can keep busy for hours',
  ],
  [
    'a field of a form that does not exist',
    'steps.where.answers.minutes > 10',
    'steps.where.answers.minuts > 10',
    '48:11',
    '`minuts`',
  ],
  [
    'an answer compared with a word',
    'steps.where.answers.minutes > 10',
    'steps.where.answers.minutes == "ten"',
    '48:11',
    'no such overload: int == string at `steps.where.answers.`',
  ],
  [
    'an answer that may be missing',
    'question: Is it gone everywhere?',
    'question: "Is ${steps.where.answers.ticket} done?"',
    '51:21',
    '`steps.where.answers.ticket`, which can be empty',
  ],
  [
    'an answer of another type as a person',
    'assignee: "${steps.where.answers.next}"',
    'assignee: "${steps.where.answers.minutes}"',
    '52:18',
    '`steps.where.answers.minutes`, which is a whole number',
  ],
  ['a type of field that does not exist', 'type: url, label', 'type: link, label', '38:24', '`link`'],
  ['a field without a label', 'type: url, label: Address', 'type: url', '38:16', 'nothing'],
  ['a least that is more than the most', 'min: 0, max: 600', 'min: 600, max: 0', '39:66', 'the number `0`'],
  ['choices without values', 'type: url, label: Address', 'type: enum, label: Place', '38:24', '`enum`'],
  ['values for a number', 'label: Minutes out,', 'label: Minutes out, values: [a],', '39:59', 'a list of 1'],
  ['a field with a capital', '        place: {', '        Place: {', '38:9', '`Place`'],
  [
    'a form without fields',
    'form:\n        place: { type: url, label: Address }\n        minutes: { type: int, label: Minutes out, min: 0, max: 600 }\n        next: { type: person, label: Who goes on }\n        ticket: { type: text, label: Ticket, required: false }',
    'form: {}',
    '37:13',
    'an empty mapping',
  ],
  ['an item twice', '{ id: forks,', '{ id: history,', '54:9', 'a list of 2'],
  ['an item without a text', '{ id: history, text: Out of the history }', '{ id: history }', '54:11', 'nothing'],
  [
    'a checklist and a form',
    '      checklist:',
    '      form: { a: { type: text, label: A } }\n      checklist:',
    '53:13',
    'both',
  ],
  [
    'an empty checklist',
    'checklist:\n        - { id: history, text: Out of the history }\n        - { id: forks, text: Out of the forks, may_not_apply: true }',
    'checklist: []',
    '53:18',
    'an empty list',
  ],
  ['a push-back to a later step', 'push_back_to: [where]', 'push_back_to: [mint]', '56:22', '`mint`'],
  ['a push-back to nothing', 'push_back_to: [where]', 'push_back_to: [were]', '56:22', '`were`'],
  ['a push-back to itself', 'push_back_to: [where]', 'push_back_to: [cleaned]', '56:22', '`cleaned`'],
  ['a reminder that is a word', 'remind: [10m]', 'remind: [soon]', '42:16', '`soon`'],
  ['an escalation to nobody', 'escalate_to: group:oncall', 'escalate_to: "On Call"', '44:20', '`On Call`'],
  [
    'an item of the list that does not exist',
    '    uses: assert\n',
    '    when: steps.cleaned.items.fork == "done"\n    uses: assert\n',
    '60:11',
    '`fork`',
  ],
  ['a method that does not exist', 'method: GET', 'method: FETCH', '21:41', '`FETCH`'],
  [
    'a path with a reference inside words',
    'path: [health]',
    'path: ["health-${inputs.minutes}"]',
    '21:53',
    '`health-${inputs.minutes}`',
  ],
  ['a path as a text', 'path: [health]', 'path: /health', '21:52', '`/health`'],
  ['a status that does not exist', 'status: [200]', 'status: [99]', '21:81', 'the number `99`'],
  [
    'a secret in a body',
    'method: GET,',
    'method: POST, json: { a: "${steps.mint.secret}" },',
    '21:59',
    '`mint`, which comes later, stands in the same parallel group',
  ],
  [
    'a connection by reference',
    'connection: status',
    'connection: "${inputs.situation}"',
    '21:25',
    '`${inputs.situation}`',
  ],
  [
    'a host as an address with a path',
    'hosts: [status.example.com]',
    'hosts: ["https://status.example.com/x"]',
    '12:55',
    '`https://status.example.com/x`',
  ],
  ['a sink that is not granted', 'sink: file, target', 'sink: webhook, target', '76:35', '`webhook`'],
  ['a state of a key that does not exist', 'state: [active]', 'state: [alive]', '18:40', '`alive`'],
  ['a limit beyond the most', 'limit: 20', 'limit: 5000', '18:77', 'the number `5000`'],
  ['a search that begins with a star', 'service: payments,', 'name: "*payments",', '18:19', '`*payments`'],
  ['a rotation at no time', 'after: 7d, reason', 'reason', '93:11', 'a mapping'],
  ['a rotation at two times', 'after: 7d,', 'after: 7d, at: "2027-01-01T00:00:00Z",', '93:11', 'a mapping'],
  ['an update that says nothing', 'with: { note: Done. }', 'with: {}', '100:11', 'an empty mapping'],
  ['a severity that does not exist', 'with: { note: Done. }', 'with: { severity: SEV0 }', '100:23', '`SEV0`'],
  ['a state of peers that does not exist', 'state: pinned', 'state: trusted', '90:46', '`trusted`'],
  ['peers without a deadline', 'state: pinned, deadline: 2d,', 'state: pinned,', '90:11', 'nothing'],
  ['a canary that watches nothing', ', key_probe: true', '', '77:14', 'a mapping'],
  [
    'a canary without anybody',
    'cohort: [{ name: one, sink: file, target: /run/secrets/one }]',
    'cohort: []',
    '76:15',
    'an empty list',
  ],
  [
    'two of the cohort with one name',
    '[{ name: one, sink: file, target: /run/secrets/one }]',
    '[{ name: one, sink: file, target: /a }, { name: one, sink: file, target: /b }]',
    '76:15',
    'a list of 2',
  ],
  ['a canary that is watched for no time', 'watch: { for: 10m', 'watch: { for: 0m', '77:21', '`0m`'],
  ['a canary that looks less often than it lasts', 'every: 1m', 'every: 1h', '77:33', '`1h`'],
  [
    'a secret of the old key in the wrong place',
    'secret: "${steps.mint.secret}"',
    'secret: "${inputs.key}"',
    '75:16',
    '`inputs.key`, which is a key',
  ],
];

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
