import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clean, cut, dateText, escapeMrkdwn } from '../../src/slack/text.ts';

describe('text from people', () => {
  test.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<@U0ALICE>', '&lt;@U0ALICE&gt;'],
    ['<https://evil.example|docs>', '&lt;https://evil.example|docs&gt;'],
    ['a & b', 'a &amp; b'],
    ['&lt;', '&amp;lt;'],
  ])('%s reaches nobody as markup', (typed, sent) => {
    expect(escapeMrkdwn(typed)).toBe(sent);
  });

  test('keeps letters of every script and emoji, and loses what only disguises', () => {
    expect(clean('שלום سلام 你好 👩‍🚀')).toBe('שלום سلام 你好 👩‍🚀');
    expect(clean('pay\u202Edorp\u202C\u200B\u2066x\u0007\uFEFF')).toBe('paydorpx');
  });

  test('whatever is typed, no sign of markup and no invisible sign is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (typed) => {
        const sent = escapeMrkdwn(typed);
        expect(sent).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(sent).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B]/);
      }),
    );
  });
});

describe('text that is too long', () => {
  test('is cut with a note that says how much is missing', () => {
    expect(cut('x'.repeat(100), 50)).toBe(`${'x'.repeat(27)}… (73 more characters)`);
  });

  test('never exceeds its room and never ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 30, max: 200 }), (text, max) => {
        const shown = cut(text, max);
        expect(shown.length).toBeLessThanOrEqual(max);
        expect(shown.isWellFormed()).toBe(true);
      }),
    );
  });
});

test('an instant is read in everybody’s own zone, and in UTC where Slack cannot', () => {
  expect(dateText(new Date('2027-03-10T12:00:00Z'))).toBe(
    '<!date^1804680000^{date_short_pretty} {time}|2027-03-10 12:00 UTC>',
  );
});
