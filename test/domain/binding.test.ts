import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindingOf, planHashOf, reviewHashOf } from '../../src/domain/binding.ts';
import { canonicalJson, contentHash } from '../../src/domain/canonical.ts';
import { aRun } from '../support/builders.ts';

const now = { fileHash: 'f1', keyVersion: 4, policyHash: 'p1' };
const binding = bindingOf(aRun(), now);

describe('what an approval is bound to', () => {
  test.each([
    ['the text of the runbook', { ...binding, runbookHash: 'other' }],
    ['the inputs', { ...binding, inputs: { ...binding.inputs, situation: 'exploited' } }],
    ['the row of the key', { ...binding, keyVersion: 5 }],
    ['the policy', { ...binding, policyHash: 'p2' }],
  ])('changes with %s', (_what, changed) => {
    expect(planHashOf(changed)).not.toBe(planHashOf(binding));
    expect(reviewHashOf(changed)).not.toBe(reviewHashOf(binding));
  });

  test('an edited file changes what the reviewer sees, and not what would run', () => {
    const edited = { ...binding, fileHash: 'f2' };
    expect(planHashOf(edited)).toBe(planHashOf(binding));
    expect(reviewHashOf(edited)).not.toBe(reviewHashOf(binding));
  });

  test('does not depend on the order in which the inputs were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
        const reversed = Object.fromEntries(Object.entries(inputs).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(inputs));
        expect(contentHash({ inputs: reversed })).toBe(contentHash({ inputs }));
      }),
    );
  });
});
