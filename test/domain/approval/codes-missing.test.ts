import { expect, test } from 'vitest';
import { codesMissing } from '../../../src/domain/approval/codes-missing.ts';
import { aPolicy } from '../../support/builders.ts';

const policyOf = (rule: object) =>
  aPolicy({ rules: { big: { tier: 3, ...rule } as never, small: { approve: 1, from: ['bob'] } as never } });

test.each<[string, object, string[], object[]]>([
  ['two of two have one', { approve: 2, from: ['group:security'] }, ['bob', 'carol'], []],
  [
    'one of two has none',
    { approve: 2, from: ['group:security'] },
    ['bob'],
    [{ rule: 'big', without: ['carol'], blocked: true }],
  ],
  [
    'two of three have one',
    { approve: 2, from: ['group:security', 'alice'] },
    ['bob', 'carol'],
    [{ rule: 'big', without: ['alice'], blocked: false }],
  ],
  [
    'nobody has one',
    { approve: 2, from: ['group:security'] },
    [],
    [{ rule: 'big', without: ['bob', 'carol'], blocked: true }],
  ],
  ['the owner may be anybody', { approve: 2, from: ['owner', 'bob'] }, ['bob', 'alice'], []],
  [
    'the owner can be nobody with one',
    { approve: 2, from: ['owner', 'bob'] },
    ['bob'],
    [{ rule: 'big', without: [], blocked: true }],
  ],
  [
    'one of two alternatives can be met',
    {
      thresholds: [
        { approve: 3, from: ['group:security', 'alice'] },
        { approve: 2, from: ['group:security'] },
      ],
    },
    ['bob', 'carol'],
    [{ rule: 'big', without: ['alice'], blocked: false }],
  ],
])('%s', (_, rule, enrolled, expected) => {
  expect(codesMissing(policyOf(rule), new Set(enrolled))).toEqual(expected);
});

test('rules of other tiers want no codes', () => {
  expect(codesMissing(aPolicy(), new Set())).toEqual([]);
});
