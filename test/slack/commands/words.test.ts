import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/errors.ts';
import { tokensOf } from '../../../src/slack/commands/tokens.ts';
import {
  assertNoMore,
  idOf,
  slugOf,
  spanOf,
  splitInputs,
  splitNamed,
  splitNeededReason,
  splitReason,
} from '../../../src/slack/commands/words.ts';

const EXAMPLE = '/keys list service=payments-api';
const reasonOf = (typed: string) => {
  const { words, reason } = splitReason(tokensOf(typed), EXAMPLE);
  return [words.map(({ text }) => text), reason];
};
const NAMES = ['service', 'env', 'owner', 'health'] as const;
const namedOf = (typed: string) => splitNamed(tokensOf(typed), { names: NAMES, also: ALSO, example: EXAMPLE });
const ALSO = new Map([['environment', 'env']] as const);

describe('the reason of a line', () => {
  test.each([
    ['a b', [['a', 'b'], '']],
    ['a because it is old', [['a'], 'it is old']],
    ['a because: it is old', [['a'], 'it is old']],
    ['a because "it is old"', [['a'], 'it is old']],
    ['a BECAUSE “it is old”', [['a'], 'it is old']],
    ['a reason="it is old" b', [['a', 'b'], 'it is old']],
    ['a reason:"it is old" b', [['a', 'b'], 'it is old']],
    ['a because=old', [['a'], 'old']],
    ['a reason=one because two', [['a'], 'one; two']],
    ['a "because" b', [['a', 'because', 'b'], '']],
    ['a because b because c', [['a'], 'b because c']],
    ['a because see https://ci.example.com/?a=b', [['a'], 'see https://ci.example.com/?a=b']],
    ['a because bob@example.com said so', [['a'], 'bob@example.com said so']],
    ['a because "מפתח דלף"', [['a'], 'מפתח דלף']],
  ])('%j', (typed, expected) => {
    expect(reasonOf(typed)).toEqual(expected);
  });

  test.each([['a because', /after because comes the reason/]])('%j is refused with an example', (typed, sentence) => {
    expect(() => reasonOf(typed)).toThrow(sentence);
    expect(() => reasonOf(typed)).toThrow(`Type for instance: ${EXAMPLE}`);
  });

  test('a verb that needs one says so', () => {
    expect(() => splitNeededReason(tokensOf('a'), { what: 'cancelling', example: EXAMPLE })).toThrow(
      /cancelling needs a reason/,
    );
  });
});

describe('filters and settings', () => {
  test.each([
    ['service=payments env:prod', [], { service: 'payments', env: 'prod' }],
    ['environment=prod x', ['x'], { env: 'prod' }],
    ['SERVICE=Payments', [], { service: 'Payments' }],
    ['service:"two words"', [], { service: 'two words' }],
    ['see https://a.example/?b=c', ['see', 'https://a.example/?b=c'], {}],
    ['owner=group:payments', [], { owner: 'group:payments' }],
  ])('%j', (typed, words, named) => {
    const found = namedOf(typed);
    expect(found.words.map(({ text }) => text)).toEqual(words);
    expect(found.named).toEqual(named);
  });

  test.each([
    ['servce=a', /"servce" is no name that goes here: did you mean service\?/],
    ['constructor=a', /expected service, env, owner, health/],
    ['service=', /after service= comes what it is to be/],
    ['service=a service=b', /service is given twice/],
  ])('%j is refused', (typed, sentence) => {
    expect(() => namedOf(typed)).toThrow(sentence);
  });

  test('inputs of a runbook have any name', () => {
    const { words, inputs } = splitInputs(tokensOf('R-X key note="a = b"'), EXAMPLE);
    expect(words.map(({ text }) => text)).toEqual(['R-X', 'key']);
    expect(Object.fromEntries(inputs)).toEqual({ note: 'a = b' });
  });
});

describe('single words', () => {
  test('a word too many is named, unless it may be a pasted key', () => {
    expect(() => assertNoMore(tokensOf('now'), EXAMPLE)).toThrow(/"now" is one word too many/);
    expect(() => assertNoMore(tokensOf('s3cr3t/+material='), EXAMPLE)).not.toThrow(/s3cr3t/);
  });

  test('the name of a key, and an id', () => {
    expect(slugOf(tokensOf('Payments-prod')[0], EXAMPLE)).toBe('Payments-prod');
    expect(() => slugOf(undefined, EXAMPLE)).toThrow(/the name of the key is missing/);
    expect(() => slugOf(tokensOf('s3cr3t/+material=')[0], EXAMPLE)).not.toThrow(/s3cr3t/);
    const run = { prefix: 'run', what: 'run', example: EXAMPLE };
    expect(idOf(tokensOf('Run-7gmw3c')[0], run)).toBe('run-7gmw3c');
    expect(() => idOf(tokensOf('inc-1')[0], run)).toThrow(/"inc-1" is no id of a run: it begins with run-/);
  });

  test('a span of time', () => {
    expect(spanOf('7d', EXAMPLE)).toBe(7 * 86_400_000);
    expect(spanOf('90m', EXAMPLE)).toBe(90 * 60_000);
    expect(() => spanOf('soon', EXAMPLE)).toThrow(/"soon" is no span of time/);
  });
});

test('no input does anything but give words or a sentence, and no sentence says much of it again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (typed) => {
      const cases = [reasonOf, namedOf, (text: string) => splitInputs(tokensOf(text), EXAMPLE)];
      for (const read of cases) {
        try {
          read(typed);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }
    }),
  );
});
