import { describe, expect, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeRunbook } from '../../src/runbook/describe.ts';
import { lintDeadlines } from '../../src/runbook/lint-deadlines.ts';
import { lintSteps } from '../../src/runbook/lint-steps.ts';
import type { LoadedRunbook } from '../../src/runbook/loaded.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { stepKinds } from '../../src/steps/index.ts';

function loaded(deadlines: string, recover: string): LoadedRunbook {
  const text = `runbook: R-TEST
title: Something happened to a key
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
inputs:
  key: { type: key }
deadlines: { ${deadlines} }
identify: { waived: A test. }
contain: { waived: A test. }
investigate:
  - { id: first, uses: wait, with: { for: 30m } }
recover:
${recover}
communicate: { waived: A test. }
`;
  const compiled = compileRunbook(text, 'R-TEST.yaml', stepKinds);
  if (compiled.kind === 'refused') throw new Error(compiled.problems.map(describeProblem).join('\n'));
  return compiled.runbook;
}

const lint = (deadlines: string, recover: string) => lintDeadlines(loaded(deadlines, recover)).map(describeProblem);
const HOUR = '  - { id: hold, uses: wait, with: { for: 1h } }';
const ASKED = '  - { id: asked, uses: ask, with: { question: "Is it?", assignee: alice }, due: 45m }';

describe('a deadline that cannot be kept is found before it matters', () => {
  test('of the run, which waits longer in all its phases together', () => {
    expect(lint('run: 90m', HOUR)).toEqual([
      'R-TEST.yaml:8:14 deadlines.run: expected a deadline of run that is longer than what is waited in it (90m), got `90m`; write a longer deadline, or wait less',
    ]);
    expect(lint('run: 2h', HOUR)).toEqual([]);
  });

  test('of a phase, which counts its own steps only, and people by when they are expected to have answered', () => {
    expect(lint('recover: 1h, investigate: 2h', `${HOUR}\n${ASKED}`)[0]).toContain(
      'deadline of recover that is longer',
    );
    expect(lint('recover: 1h', `${HOUR}\n${ASKED}`)[0]).toContain('(105m)');
    expect(lint('recover: 2h', `${HOUR}\n${ASKED}`)).toEqual([]);
  });

  test('of a step, which waits longer itself', () => {
    const step = '  - { id: hold, uses: wait, deadline: 10m, with: { for: 1h } }';
    expect(lint('', step)[0]).toMatch(/^R-TEST\.yaml:14:5 recover\[0\]\.deadline: expected a deadline of hold/);
  });

  test('but what may be left out, or runs at the same time, is not counted', () => {
    expect(lint('recover: 1h', HOUR.replace('uses', 'when: inputs.key.version > 1, uses'))).toEqual([]);
    const both = `  - parallel:\n    ${HOUR}\n    ${ASKED}`;
    expect(lint('recover: 90m', both)).toEqual([]);
  });
});

test.each([
  ['waits for', `uses: wait, with: { until: 'key.state == "active" && key.state == "revoked"', deadline: 1h }`],
  [
    'asserts',
    `uses: assert, with: { that: 'inputs.key.class == "jwt" && inputs.key.class == "api_key"', message: No. }`,
  ],
])('a condition that a step %s and that can never hold is found', (_what, step) => {
  const [problem] = lintSteps(loaded('', `  - { id: hold, ${step} }`)).map(describeProblem);
  expect(problem).toContain('expected a condition that can hold');
});

test('people who read a runbook see its deadlines', () => {
  expect(describeRunbook(loaded('run: 8h, recover: 90m', HOUR))).toContain('  deadlines    run 8h, recover 90m');
});
