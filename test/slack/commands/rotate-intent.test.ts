import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/errors.ts';
import { rotateIntent } from '../../../src/slack/commands/rotate-intent.ts';
import { tokensOf } from '../../../src/slack/commands/tokens.ts';

const intentOf = (typed: string) => rotateIntent(tokensOf(typed));
const clear = (occasion: string | null, reason = '', graceHours: number | null = null) => ({
  slug: 'payments-prod',
  occasion,
  graceHours,
  reason,
  unclear: [],
});

describe('/rotate-key', () => {
  test.each([
    ['payments-prod', clear(null)],
    ['payments-prod expired', clear('expired')],
    ['payments-prod suspected because "laptop stolen"', clear('suspected', 'laptop stolen')],
    ['payments-prod because “laptop stolen” suspected', clear(null, 'laptop stolen suspected')],
    ['payments-prod exploited because it is in a gist', clear('exploited', 'it is in a gist')],
    ['payments-prod EXPLOITED reason="in a gist"', clear('exploited', 'in a gist')],
    ['payments-prod planned grace 24h because quarter', clear('planned', 'quarter', 24)],
    ['payments-prod Planned grace=3d because a new quarter', clear('planned', 'a new quarter', 72)],
    ['payments-prod grace:30m suspected because x', clear('suspected', 'x', 0.5)],
    ['payments-prod suspected because "דלף"', clear('suspected', 'דלף')],
  ])('%j is clear', (typed, intent) => {
    expect(intentOf(typed)).toEqual(intent);
  });

  test('a leaked key counts as exploited, because what is public is used', () => {
    expect(intentOf('payments-prod leaked because "public gist"')).toEqual(clear('exploited', 'public gist'));
  });

  test.each([
    ['payments-prod leeked', { occasion: 'exploited' }, /Did you mean leaked\?/],
    ['payments-prod vanished today', { occasion: null, reason: 'vanished today' }, /expected expired, suspected/],
    ['payments-prod leaked token in a gist', { occasion: 'exploited', reason: 'token in a gist' }, /as the reason/],
    ['payments-prod suspected now because stolen', { occasion: 'suspected', reason: 'now; stolen' }, /as the reason/],
    ['payments-prod leaked because', { occasion: 'exploited', reason: '' }, /After because comes the reason/],
    ['payments-prod leaked', { occasion: 'exploited', reason: '' }, /Say why/],
    ['payments-prod planned grace soon because x', { occasion: 'planned', graceHours: null }, /time of grace/],
    ['payments-prod expired leaked because x', { occasion: null, reason: 'x' }, /two different things/],
  ])('%j goes into the form, and nothing of it gets lost', (typed, kept, sentence) => {
    const intent = intentOf(typed);
    expect(intent).toMatchObject({ slug: 'payments-prod', ...kept });
    expect(intent.unclear.join(' ')).toMatch(sentence);
  });

  test('what is no name may be the key itself, so it is not said again', () => {
    expect(() => intentOf('s3cr3t/+material=')).toThrow(/never paste the key itself/);
    expect(() => intentOf('s3cr3t/+material=')).not.toThrow(/s3cr3t/);
  });

  test('every word behind the name is an occasion, a grace or a part of the reason', () => {
    const word = fc.stringMatching(/^[a-zא-ת0-9@/:.-]{1,12}$/).filter((text) => !/^(because|reason|grace)/i.test(text));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const { reason, occasion } = intentOf(['payments-prod', ...words].join(' '));
        if (occasion === null) for (const one of words) expect(reason).toContain(one);
      }),
    );
  });

  test('no input does anything but give an intent or a sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (typed) => {
        try {
          intentOf(`payments-prod ${typed}`);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });
});
