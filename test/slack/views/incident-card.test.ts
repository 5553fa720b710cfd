import { expect, test } from 'vitest';
import { type IncidentCard, incidentCard } from '../../../src/slack/views/incident-card.ts';
import { anIncident, NOON } from '../../support/builders.ts';

const card = (situation: IncidentCard['situation']) =>
  JSON.stringify(
    incidentCard({
      ...anIncident(),
      key: 'payments-prod v3',
      owner: 'Carol',
      openedBy: 'Alice',
      classified: null,
      evidence: [],
      situation,
      missed: null,
      board: null,
      runs: [],
      roles: [],
      impact: null,
      outside: null,
      room: null,
      waived: [],
    }).blocks,
  );

test('an incident shows what is the case, what is done and what is missing, in that order and as it was written', () => {
  const shown = card({
    conditions: 'Checkout is down <!channel>',
    actions: null,
    needs: 'a decision',
    note: null,
    at: NOON,
    by: 'Bob',
  });
  expect(shown).toMatch(/Conditions .*Checkout is down <!channel>.*Needs .*a decision.*said by Bob, /);
  expect(shown).not.toContain('Actions ');
  expect(shown).not.toContain('mrkdwn","text":"Checkout');
});

test('an incident of which nobody said anything shows nothing of that', () => {
  expect(card(null)).not.toContain('Conditions ');
});
