import { expect, test } from 'vitest';
import { ruledOut } from '../../src/domain/ruled-out.ts';
import type { Scope } from '../../src/domain/run.ts';
import { aRun, aStep } from '../support/builders.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const when = (reads: string[], holds: (scope: Scope) => boolean) => ({ text: 'x', reads: new Set(reads), holds });
const done = (id: string, outputs = {}) => aStep(id, { state: 'done', outputs });
const outIn = (steps: Parameters<typeof aPlannedStep>[], records: ReturnType<typeof aStep>[]) => {
  const plan = aPlan(steps.map((step) => [aPlannedStep(...step)]));
  const run = aRun({ steps: Object.fromEntries(records.map((record) => [record.step, record])) });
  return [...ruledOut(plan, run)];
};
const isPassphrase = when(['class'], (scope) => scope.steps.class?.class === 'passphrase');

test('a step for another class of key is ruled out as soon as the class is known', () => {
  const steps: Parameters<typeof aPlannedStep>[] = [['class'], ['restore', { when: isPassphrase }]];
  expect(outIn(steps, [])).toEqual([]);
  expect(outIn(steps, [done('class', { class: 'api_key' })])).toEqual(['restore']);
  expect(outIn(steps, [done('class', { class: 'passphrase' })])).toEqual([]);
});

test('what depends on a step that is still to come is not ruled out', () => {
  const hasMint = when(['mint'], (scope) => scope.steps.mint !== undefined);
  expect(outIn([['mint'], ['revoke', { when: hasMint }]], [])).toEqual([]);
});

test('what depends on a step that is ruled out is ruled out with it', () => {
  const hasRestored = when(['restored'], (scope) => scope.steps.restored !== undefined);
  const steps: Parameters<typeof aPlannedStep>[] = [
    ['class'],
    ['restored', { when: isPassphrase }],
    ['healthy', { when: hasRestored }],
  ];
  expect(outIn(steps, [done('class', { class: 'api_key' })])).toEqual(['restored', 'healthy']);
});

test('a condition that cannot be decided rules nothing out', () => {
  const broken = when([], () => {
    throw new Error('no such field');
  });
  expect(outIn([['look', { when: broken }]], [])).toEqual([]);
});
