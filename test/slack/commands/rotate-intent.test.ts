import { describe, expect, test } from 'vitest';
import { rotateIntent } from '../../../src/slack/commands/rotate-intent.ts';

const rotate = (slug: string, situation: string | null, reason = '') => ({ kind: 'rotate', slug, situation, reason });

const planned = (graceHours: number | null, reason: string) => ({
  kind: 'planned',
  slug: 'payments-prod',
  graceHours,
  reason,
});

describe('/rotate-key', () => {
  test.each([
    ['', { kind: 'form' }],
    ['help', { kind: 'help' }],
    ['status', { kind: 'status', run: null }],
    ['status run-7', { kind: 'status', run: 'run-7' }],
    ['show payments-prod', { kind: 'show', slug: 'payments-prod' }],
    ['cancel run-7 because "wrong key"', { kind: 'cancel', run: 'run-7', reason: 'wrong key' }],
    ['payments-prod', rotate('payments-prod', null)],
    ['payments-prod expired', rotate('payments-prod', 'expired')],
    ['payments-prod suspected because "laptop stolen"', rotate('payments-prod', 'suspected', 'laptop stolen')],
    ['payments-prod because “laptop stolen” suspected', rotate('payments-prod', null, 'laptop stolen suspected')],
    ['payments-prod exploited because it is in a gist', rotate('payments-prod', 'exploited', 'it is in a gist')],
    ['payments-prod EXPLOITED reason="in a gist"', rotate('payments-prod', 'exploited', 'in a gist')],
    ['"help" expired', rotate('help', 'expired')],
    ['payments-prod planned', planned(null, '')],
    ['payments-prod planned grace 24h', planned(24, '')],
    ['payments-prod Planned grace=3d because a new quarter', planned(72, 'a new quarter')],
  ])('%j is understood', (typed, intent) => {
    expect(rotateIntent(typed)).toEqual(intent);
  });

  test('a leaked key counts as exploited, because what is public is used', () => {
    expect(rotateIntent('payments-prod leaked because "public gist"')).toEqual(
      rotate('payments-prod', 'exploited', 'public gist'),
    );
  });

  test.each([
    ['payments-prod leeked', /Did you mean leaked\?.*Type for instance: \/rotate-key payments-prod exploited because/],
    ['payments-prod leaked token in a gist', /"token" is one word too many/],
    ['payments-prod leaked because', /after because comes the reason/],
    ['payments-prod planned soon', /"soon" was expected to be a time of grace.*planned grace 24h/],
    ['show', /the name of the key is missing.*\/rotate-key show payments-prod/],
    ['cancel', /the id of the run is missing/],
    ['cancel run-7', /cancelling needs a reason.*\/rotate-key cancel run-4k9x2m7qpd because "wrong key"/],
    ['status run-7 now', /"now" is one word too many/],
  ])('%j is refused with what to type instead', (typed, sentence) => {
    expect(() => rotateIntent(typed)).toThrow(sentence);
  });

  test('what is no name may be the key itself, so it is not said again', () => {
    expect(() => rotateIntent('s3cr3t/+material=')).toThrow(/never paste the key itself/);
    expect(() => rotateIntent('s3cr3t/+material=')).not.toThrow(/s3cr3t/);
  });
});
