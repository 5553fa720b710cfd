import { describe, expect, test } from 'vitest';
import { assertMessage, assertView, LIMITS, OverLimit } from '../../../src/slack/limits.ts';
import { hasTooMuchText, problemsOfBlocks, problemsOfView } from '../../../src/workspace/blocks/validate.ts';
import { textOf } from '../support.ts';
import { messagesWith, viewsWith } from './samples.ts';

const NASTY = '<!channel> <https://evil.example|docs> *bold* :tada: & <@U0ALICE> \u202Egnp.exe\u200B';
const LARGEST = {
  'a name of 300 characters': 'n'.repeat(300),
  'text of 5 000 characters': 'Long words. '.repeat(420),
  'right-to-left text with overrides and zero-width signs': `שלום \u202E\u2066${'ש'.repeat(280)}\u200B\u2069`,
  'characters outside the basic plane': '🗝️'.repeat(200),
  'nothing at all': '',
  'markup of a person': NASTY,
};

describe.each(Object.entries(LARGEST))('with %s', (_what, text) => {
  test.each(Object.entries(messagesWith(text)))(
    'Slack takes the message %s, and so does our own check',
    (_name, message) => {
      expect(problemsOfBlocks(message.blocks)).toEqual([]);
      expect(hasTooMuchText(message.blocks)).toBe(false);
      expect(() => assertMessage(message)).not.toThrow();
      expect(message.text.trim()).not.toBe('');
    },
  );

  test.each(Object.entries(viewsWith(text)))('Slack takes the view %s, and so does our own check', (_name, view) => {
    expect(problemsOfView(view)).toEqual([]);
    expect(() => assertView(view)).not.toThrow();
  });
});

describe('text that a person wrote', () => {
  test.each(Object.entries(messagesWith(NASTY)))('mentions nobody and links nowhere in %s', (_name, message) => {
    expect(message.text).not.toMatch(/<!channel|<@U0ALICE|<https/);
    assertHarmless(message.blocks);
  });

  test.each(Object.entries(viewsWith(NASTY)))('mentions nobody and links nowhere in %s', (_name, view) =>
    assertHarmless(view.blocks),
  );

  test('no invisible sign of it is left', () => {
    for (const shown of [...Object.values(messagesWith(NASTY)), ...Object.values(viewsWith(NASTY))])
      expect(textOf(shown)).not.toMatch(/[\u202A-\u202E\u200B]/);
  });
});

/** Slack reads markup in `mrkdwn` objects and obeys mention and link elements: there is none of either. */
function assertHarmless(blocks: readonly unknown[]): void {
  const json = JSON.stringify(blocks);
  expect(json).not.toMatch(/"type":"(mrkdwn|link|user|usergroup|channel|broadcast|markdown)"/);
}

describe('what people see', () => {
  test('buttons carry opaque tokens only', () => {
    const values = [
      ...JSON.stringify([messagesWith('secret reason'), viewsWith('secret reason')]).matchAll(
        /"type":"button","action_id":"[^"]*","value":"([^"]*)"/g,
      ),
    ];
    // Ids and tokens: nothing that a person wrote has the shape of one.
    for (const [, value] of values) expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:-]{1,99}$/);
  });

  test('a long list says how much is not shown', () => {
    expect(textOf(messagesWith('x').approval ?? { blocks: [] })).toContain('… and 38 more');
  });

  test('a run says who is waited for, since when and until when, in words and not by a mark alone', () => {
    const run = textOf(messagesWith('the approval of Bob').run ?? { blocks: [] });
    expect(run).toContain('waiting for ');
    for (const word of ['failed: ', 'left out: ', 'in doubt: ', 'taken back', 'to come', 'next deadline '])
      expect(run).toContain(word);
  });
});

describe('the check before sending', () => {
  const block = (text: string) => ({ type: 'header' as const, text: { type: 'plain_text' as const, text } });

  test('refuses a 51st block', () => {
    expect(() => assertMessage({ text: 'x', blocks: Array.from({ length: 51 }, () => block('x')) })).toThrow(
      /blocks: 51 of 50/,
    );
  });

  test('refuses a header of 151 characters', () => {
    expect(() => assertMessage({ text: 'x', blocks: [block('x'.repeat(LIMITS.header + 1))] })).toThrow(OverLimit);
  });

  test('refuses a message without words for notifications', () => {
    expect(() => assertMessage({ text: ' ', blocks: [block('x')] })).toThrow(/text is empty/);
  });

  test('refuses more text in all than Slack takes', () => {
    const blocks = Array.from({ length: 10 }, () => ({
      type: 'section' as const,
      text: { type: 'plain_text' as const, text: 'x'.repeat(2_000) },
    }));
    expect(() => assertMessage({ text: 'x', blocks })).toThrow(/all text together has 20000/);
  });

  test('refuses two blocks of one id', () => {
    const twice = { ...block('x'), block_id: 'same' };
    expect(() => assertMessage({ text: 'x', blocks: [twice, twice] })).toThrow(/block_id same is there twice/);
  });
});
