import { expect, test } from 'vitest';
import { summaryOf } from '../../src/domain/summary.ts';
import type { SummaryVersion } from '../../src/ledger/follow-ups.ts';
import { keptSummary } from '../../src/slack/load/kept-summary.ts';
import { summaryPost } from '../../src/slack/views/summary.ts';
import { aFollowUp, anIncident, NOON } from '../support/builders.ts';
import { incidentFactsWith } from '../support/incident-facts.ts';

const incident = anIncident().id;
const reading = (json: string | null) => ({
  lastSummary: async (): Promise<SummaryVersion | null> =>
    json === null ? null : { version: 1, posted: true, hash: null, markdown: '', json, drawnAt: NOON },
  followUpsOf: async () => [aFollowUp({ what: 'Route the warnings' })],
});

test('the message of a summary shows what was kept as it would show it drawn, with the follow-ups of now', async () => {
  const summary = summaryOf(incidentFactsWith());
  const kept = await keptSummary(reading(JSON.stringify(summary)), incident);
  if (kept === null) throw new Error('nothing was kept');
  expect(summaryPost({ ...kept, followUps: [] })).toEqual(summaryPost({ ...summary, followUps: [] }));
  expect(JSON.stringify(summaryPost(kept))).toContain('Route the warnings');
});

test.each([null, '', '{}', '{"schema":"rekey.summary/0"}'])('what was kept as %j is drawn anew', async (json) => {
  expect(await keptSummary(reading(json), incident)).toBeNull();
});
