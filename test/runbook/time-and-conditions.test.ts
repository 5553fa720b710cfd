// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a runbook writes references like this.
import { describe, expect, test } from 'vitest';
import { stepsOf } from '../../src/domain/plan.ts';
import type { JsonObject } from '../../src/domain/run.ts';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { stepKinds } from '../../src/steps/index.ts';
import { aKey, MINUTE } from '../support/builders.ts';

const KEY = keyRefOf(aKey());

/** A runbook whose recover phase has these lines, two columns in. */
function runbook(recover: string, head = ''): string {
  return `runbook: R-TEST
title: Something happened to a key
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
inputs:
  key: { type: key }
  start_at: { type: text, default: "2027-04-01T00:00:00Z" }
${head}identify:
  - id: class
    uses: key.classify
    with: { key: "\${inputs.key}" }
contain: { waived: Nothing to contain in a test. }
investigate: { waived: Nothing to investigate in a test. }
recover:
${recover}
communicate: { waived: Nobody to tell in a test. }
`;
}

function loaded(text: string) {
  const compiled = compileRunbook(text, 'R-TEST.yaml', stepKinds);
  if (compiled.kind === 'refused') throw new Error(compiled.problems.map(describeProblem).join('\n'));
  return compiled.runbook;
}

function stepOf(text: string, id: string) {
  const found = stepsOf(loaded(text).plan).find((step) => step.id === id);
  if (found === undefined) throw new Error(`there is no step ${id}`);
  return found;
}

function refused(text: string): string[] {
  const compiled = compileRunbook(text, 'R-TEST.yaml', stepKinds);
  return compiled.kind === 'refused' ? compiled.problems.map(describeProblem) : [];
}

const wait = (fields: string) => runbook(`  - { id: hold, uses: wait, with: { ${fields} } }`);
const assert = (that: string) =>
  runbook(`  - id: sure\n    uses: assert\n    with: { that: '${that}', message: It is no API key. }`);

describe('a condition in a field', () => {
  const sure = stepOf(assert('steps.class.class == "api_key" && inputs.key.environment == "production"'), 'sure');
  const scope = (keyClass: string) => ({
    inputs: { key: KEY },
    steps: { class: { class: keyClass, why: 'its name' } },
  });

  test('is decided on the run as it is, and says in words what it looked at', () => {
    const that = sure.conditions.get('that');
    expect(that?.decide(scope('api_key'), {})).toEqual({
      holds: true,
      looked: 'steps.class.class is api_key, inputs.key.environment is production',
    });
    expect(that?.decide(scope('passphrase'), {}).holds).toBe(false);
  });

  test('reaches the step as the text that people wrote', () => {
    expect(sure.resolve(scope('api_key'))).toMatchObject({ that: sure.conditions.get('that')?.text });
  });

  test.each([
    ['a misspelt output', 'steps.class.clas == "api_key"', '18:20', 'did you mean `class`'],
    ['a word that cannot be', 'steps.class.class == "api_kye"', '18:41', '`api_kye`'],
    ['no question', 'inputs.key.version', '18:20', 'a question with yes or no'],
    ['a live fact where it is decided once', 'key.state == "active"', '18:20', '`key`'],
    ['a later step', 'steps.later.ok', '18:20', '`later`'],
    ['a pattern that may run for hours', 'inputs.key.slug.matches("(a+)+")', '18:20', '`matches`'],
  ])('with %s is refused where it stands, like `when`', (_what, that, at, says) => {
    const [problem, ...more] = refused(assert(that));
    expect(more).toEqual([]);
    expect(problem).toMatch(new RegExp(`^R-TEST.yaml:${at} recover\\[0\\].with.that: `));
    expect(problem).toContain(says);
  });

  test('that is longer than 400 characters or holds a reference is refused', () => {
    expect(refused(assert(`inputs.key.slug != "${'a'.repeat(400)}"`))[0]).toContain('at most 400 characters');
    expect(refused(assert('${inputs.key.slug} == "a"'))[0]).toContain('a condition (CEL), written out');
  });

  test('may look at a step that only `when` says is there', () => {
    const text = (when: string) =>
      runbook(`  - { id: mint, uses: key.create, when: inputs.key.version > 1, with: { replaces: "\${inputs.key}", scopes: same } }
  - { id: sure, uses: assert, ${when}with: { that: 'steps.mint.key.version > inputs.key.version', message: Older. } }`);
    expect(refused(text('when: has(steps.mint), '))).toEqual([]);
    expect(refused(text(''))[0]).toContain('absent when step `mint` did not run');
  });

  test('counts as a use of the input that it looks at', () => {
    const { steps } = loaded(assert('inputs.start_at != ""'));
    expect(steps.find((step) => step.id === 'sure')?.paths).toContain('inputs.start_at');
  });
});

describe('wait', () => {
  const live = (facts: JsonObject) => ({ key: { state: 'active', calls_last_hour: 0, ...facts } });
  const run = { inputs: { key: KEY }, steps: {} };

  test('takes a span, an instant from the run, or a condition on what the key is now', () => {
    expect(stepOf(wait('for: 30m'), 'hold').resolve(run)).toEqual({ for: '30m' });
    const at = stepOf(wait('at: "${inputs.start_at}"'), 'hold');
    const inputs = { key: KEY, start_at: '2027-04-01T00:00:00Z' };
    expect(at.resolve({ inputs, steps: {} })).toEqual({ at: '2027-04-01T00:00:00Z' });
    const until = stepOf(wait(`until: 'key.calls_last_hour == 0 && key.state == "active"', deadline: 2h`), 'hold');
    expect(until.conditions.get('until')?.decide(run, live({}))).toEqual({
      holds: true,
      looked: 'key.calls_last_hour is 0, key.state is active',
    });
    expect(until.conditions.get('until')?.decide(run, live({ calls_last_hour: 12 })).holds).toBe(false);
  });

  test.each([
    ['nothing to wait for', 'check_every: 1m', 'exactly one of `for`, `at` and `until`'],
    ['two things to wait for', 'for: 30m, at: "${inputs.start_at}"', 'exactly one of `for`, `at` and `until`'],
    ['a condition without a deadline', "until: 'key.replaced'", '`deadline` beside `until`'],
    ['the same beside a reference', 'until: \'key.replaced\', key: "${inputs.key}"', '`deadline` beside `until`'],
    ['a deadline without a condition', 'for: 30m, deadline: 2h', 'only beside `until`'],
    ['looks that are too often', "until: 'key.replaced', deadline: 2h, check_every: 5s", 'at least 10s'],
    ['a span in words', 'for: soon', 'a duration such as'],
    ['more than 90 days', 'for: 100d', 'at most 90d'],
    ['an instant in words', 'at: tomorrow', 'an instant such as 2026-11-21T09:30:00Z'],
    ['a misspelt fact', "until: 'key.calls_last_our == 0', deadline: 2h", 'did you mean `calls_last_hour`'],
    ['a state that no key has', `until: 'key.state == "dead"', deadline: 2h`, '`dead`'],
    ['a number for a word', "until: 'key.state == 3', deadline: 2h", 'whose types fit'],
  ])('with %s is refused', (_what, fields, says) => {
    expect(refused(wait(fields)).join('\n')).toContain(says);
  });
});

describe('retry', () => {
  const step = (fields: string) =>
    runbook(`  - { id: hold, uses: provider.probe_admin, with: { key: "\${inputs.key}" }, retry: { ${fields} } }`);

  test('says how often, how long and after which errors', () => {
    const text = step('attempts: 8, backoff: 10s, max_backoff: 2m, jitter: false, on: [network, rate_limited]');
    expect(stepOf(text, 'hold').retry).toEqual({
      attempts: 8,
      backoffMs: 10_000,
      maxBackoffMs: 2 * MINUTE,
      jitter: false,
      on: ['network', 'rate_limited'],
    });
  });

  test('keeps what the kind says where the runbook says nothing', () => {
    expect(stepOf(wait('for: 30m'), 'hold').retry).toMatchObject({ attempts: 5, on: null });
    expect(stepOf(assert('inputs.key.version > 0'), 'sure').retry.attempts).toBe(1);
    expect(stepOf(step('on: [timeout]'), 'hold').retry).toMatchObject({
      attempts: 5,
      backoffMs: 3_000,
      on: ['timeout'],
    });
  });

  test.each([
    ['a misspelt error', 'on: [netwrok]', 'did you mean `network`'],
    ['no error at all', 'on: []', 'at least 1 entry'],
    ['a longest pause below the first', 'backoff: 5m, max_backoff: 1m', 'not shorter than `backoff`'],
    ['a misspelt word', 'atempts: 3', 'did you mean `attempts`'],
  ])('with %s is refused', (_what, fields, says) => {
    expect(refused(step(fields)).join('\n')).toContain(says);
  });
});

describe('deadlines', () => {
  test('stand at the top for the run and its phases, and on a step', () => {
    const text = runbook(
      '  - { id: hold, uses: wait, with: { for: 30m }, deadline: 1h }',
      'deadlines: { run: 8h, contain: 15m }\n',
    );
    expect(loaded(text).plan.deadlinesMs).toEqual({ run: 480 * MINUTE, contain: 15 * MINUTE });
    expect(stepOf(text, 'hold').deadlineMs).toBe(60 * MINUTE);
    expect(stepOf(wait('for: 30m'), 'hold').deadlineMs).toBeNull();
  });

  test.each([
    ['a misspelt phase', '{ recovr: 1h }', 'did you mean `recover`'],
    ['finally, which is never cut short', '{ finally: 1h }', 'the unknown key `finally`'],
    ['a number', '{ run: 8 }', 'a duration such as'],
  ])('with %s are refused', (_what, deadlines, says) => {
    expect(
      refused(runbook('  - { id: hold, uses: wait, with: { for: 30m } }', `deadlines: ${deadlines}\n`)).join('\n'),
    ).toContain(says);
  });
});
