import { expect, test } from 'vitest';
import { checkInputs, describeInputProblem } from '../../src/runbook/inputs.ts';
import type { InputSpec } from '../../src/runbook/schema.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { aKey } from '../support/builders.ts';

const inputs: Record<string, InputSpec> = {
  key: { type: 'key' },
  situation: { type: 'enum', values: ['expired', 'suspected', 'exploited'], default: 'expired' },
  hours: { type: 'int', min: 1, max: 168, default: 24 },
  quiet: { type: 'bool', default: false },
  note: { type: 'text', default: '' },
};
const key = keyRefOf(aKey());

test('fills in the defaults', () => {
  expect(checkInputs({ inputs }, { key })).toEqual({
    kind: 'ok',
    inputs: { key, situation: 'expired', hours: 24, quiet: false, note: '' },
  });
});

test('reads numbers and answers as a command line gives them', () => {
  expect(checkInputs({ inputs }, { key, hours: '72', quiet: 'yes' })).toMatchObject({
    inputs: { hours: 72, quiet: true },
  });
});

test.each([
  ['no key', {}, '`key`: expected a key of the ledger, got nothing; write a value for `key`'],
  [
    'a name instead of a key',
    { key: 'payments' },
    '`key`: expected a key of the ledger, got `payments`; write a key of the ledger',
  ],
  [
    'a misspelt word',
    { key, situation: 'expird' },
    '`situation`: expected `expired`, `suspected` or `exploited`, got `expird`; did you mean `expired`? write `expired`',
  ],
  [
    'a number out of range',
    { key, hours: 300 },
    '`hours`: expected a whole number from 1 up to 168, got `300`; write a whole number from 1 up to 168',
  ],
  [
    'half a number',
    { key, hours: 1.5 },
    '`hours`: expected a whole number from 1 up to 168, got `1.5`; write a whole number from 1 up to 168',
  ],
  [
    'a text for an answer',
    { key, quiet: 'maybe' },
    '`quiet`: expected `true` or `false`, got `maybe`; write `true` or `false`',
  ],
  [
    'an unknown input',
    { key, sitation: 'expired' },
    '`sitation`: expected `key`, `situation`, `hours`, `quiet` or `note`, got `sitation`; did you mean `situation`? write `situation`',
  ],
  [
    'a name that every object has',
    { key, toString: 'x' },
    '`toString`: expected `key`, `situation`, `hours`, `quiet` or `note`, got `toString`; write `situation`, `hours`, `quiet` or `note`',
  ],
])('refuses %s in words', (_name, values, sentence) => {
  const checked = checkInputs({ inputs }, values);
  expect(checked.kind === 'refused' ? checked.problems.map(describeInputProblem) : []).toEqual([sentence]);
});

test('reports every input at once', () => {
  const checked = checkInputs({ inputs }, { situation: 'x', hours: 0 });
  expect(checked.kind === 'refused' ? checked.problems.map((one) => one.input) : []).toEqual([
    'key',
    'situation',
    'hours',
  ]);
});
