import { expect, test } from 'vitest';
import { readAction, readSubmission } from '../../src/slack/inbound.ts';

const submitted = {
  user: { id: 'U0BOB', team_id: 'T0TEAM' },
  team: { id: 'T0TEAM' },
  view: {
    id: 'V1',
    callback_id: 'review',
    private_metadata: '{}',
    state: {
      values: {
        code: { code: { type: 'plain_text_input', value: '492817' } },
        reason: { reason: { type: 'plain_text_input', value: 'seen' } },
        not_before: { not_before: { type: 'datetimepicker', selected_date_time: 1_773_144_000 } },
      },
    },
  },
};

test('a code that was typed into a modal is in nothing that is kept', () => {
  const { incoming, live } = readSubmission(submitted, 'delivery-1');
  expect(JSON.stringify(incoming)).not.toContain('492817');
  expect(incoming.values).toEqual({ reason: 'seen', not_before: '1773144000' });
  expect(live.code?.reveal()).toBe('492817');
  expect(JSON.stringify(live)).not.toContain('492817');
});

test('nor is it when a button of the modal is pressed while the code stands there', () => {
  const { incoming, live } = readAction(
    {
      ...submitted,
      view: { ...submitted.view, type: 'modal' },
      actions: [{ action_id: 'review_more', value: 'apt-1' }],
    },
    'delivery-2',
  );
  expect(live.filled?.values).toEqual({ reason: 'seen', not_before: '1773144000' });
  expect(JSON.stringify({ incoming, live })).not.toContain('492817');
});
