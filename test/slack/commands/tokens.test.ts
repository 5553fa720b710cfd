import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/errors.ts';
import { tokensOf } from '../../../src/slack/commands/tokens.ts';

const words = (typed: string) => tokensOf(typed).map((token) => token.text);

describe('what is typed after a command', () => {
  test.each([
    ['payments-prod leaked', ['payments-prod', 'leaked']],
    ['  a \t b\n c ', ['a', 'b', 'c']],
    ['a because "two words"', ['a', 'because', 'two words']],
    ['a because “smart quotes”', ['a', 'because', 'smart quotes']],
    ['a because „deutsch“', ['a', 'because', 'deutsch']],
    ['a because «français»', ['a', 'because', 'français']],
    ["a because 'single'", ['a', 'because', 'single']],
    ['a because “mixed"', ['a', 'because', 'mixed']],
    ["it's fine", ["it's", 'fine']],
    ["don't 'do it'", ["don't", 'do it']],
    ['say "it is 5\'o clock"', ['say', "it is 5'o clock"]],
    ['reason="two words" x', ['reason=two words', 'x']],
    ['url=https://a.example/?b=c', ['url=https://a.example/?b=c']],
    ['see <https://ci.example.com/42|ci.example.com>', ['see', 'https://ci.example.com/42']],
    ['ask <@U0BOB|bob> in <#C0OPS|ops>', ['ask', '@U0BOB', 'in', '#C0OPS']],
    ['a &amp; b &lt;c&gt;', ['a', '&', 'b', '<c>']],
    ['""', ['']],
    ['', []],
  ])('%j is read as its words', (typed, expected) => {
    expect(words(typed)).toEqual(expected);
  });

  test('a quote that does not end is refused, with where it begins', () => {
    expect(() => words('a because "no end')).toThrow(/A quote begins at "no end/);
  });

  test('more than a screen of text is refused', () => {
    expect(() => words('x'.repeat(3_001))).toThrow(/At most 3000 characters/);
  });

  test('any words come back as they were, quoted with any pair of quotes', () => {
    const word = fc.stringMatching(/^[a-z0-9_.-]{1,12}$/);
    const quoted = fc.array(word, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));
    const pair = fc.constantFrom(['"', '"'], ['“', '”'], ['„', '“'], ['«', '»'], ["'", "'"]);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), quoted, pair, (list, text, [open, close]) => {
        expect(words([...list, `${open}${text}${close}`].join('  '))).toEqual([...list, text]);
      }),
    );
  });

  test('no input does anything but give words or a sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (typed) => {
        try {
          for (const word of words(typed)) expect(typeof word).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });
});
