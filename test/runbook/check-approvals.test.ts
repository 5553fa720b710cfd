import { describe, expect, test } from 'vitest';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { GOOD, smallCatalogue } from './small-catalogue.ts';

const APPROVAL = '  - id: go\n    uses: approve\n';
const MINT = 'when: steps.look.class == "api_key"';
const DESTROY = 'when: inputs.situation == "exploited"';

function problemsOf(text: string): string[] {
  const compiled = compileRunbook(text, 'runbooks/R-TEST.yaml', smallCatalogue);
  return compiled.kind === 'loaded' ? [] : compiled.problems.map(describeProblem);
}

const goesOn = (to: string) => GOOD.replace(APPROVAL, `${APPROVAL}    on_failure: ${to}\n`);
const guarded = (text: string) =>
  text.replace(MINT, `${MINT} && has(steps.go)`).replace(DESTROY, `${DESTROY} && has(steps.go)`);

describe('a run that goes on after a no', () => {
  test('is refused, with every step that would change something all the same', () => {
    const line = goesOn('continue').split('\n').indexOf('    on_failure: continue') + 1;
    expect(problemsOf(goesOn('continue'))).toEqual([
      `runbooks/R-TEST.yaml:${line}:17 recover[0].on_failure: expected \`when: has(steps.go)\` on every later step that changes ` +
        'something, because the run goes on after a no, got none on `mint` (mint), `destroy` (destroy); write ' +
        '`when: has(steps.go)` there, or remove `on_failure`, so that a no ends the run',
    ]);
  });

  test('is taken when all of them ask for the yes', () => {
    expect(problemsOf(guarded(goesOn('continue')))).toEqual([]);
  });

  test('is refused when one of them does not', () => {
    const one = goesOn('continue').replace(MINT, `${MINT} && has(steps.go)`);
    expect(problemsOf(one)).toEqual([expect.stringContaining('got none on `destroy` (destroy);')]);
  });

  test('counts the yes that a step needs before it', () => {
    const text = guarded(goesOn('continue')).replace(`${DESTROY} && has(steps.go)`, 'when: has(steps.mint)');
    expect(problemsOf(text)).toEqual([]);
  });

  test('takes the step that is there for the no', () => {
    const text = guarded(goesOn('continue')).replace(`${DESTROY} && has(steps.go)`, `when: "!has(steps.go)"`);
    expect(problemsOf(text)).toEqual([]);
  });

  test('is refused when it goes on at a step that changes something', () => {
    expect(problemsOf(goesOn('destroy'))).toEqual([expect.stringContaining('got none on `destroy` (destroy);')]);
  });

  test('may go on at a step behind all of them', () => {
    expect(problemsOf(goesOn('tell'))).toEqual([]);
  });

  test('may leave to a person what comes then', () => {
    expect(problemsOf(goesOn('ask'))).toEqual([]);
  });
});
