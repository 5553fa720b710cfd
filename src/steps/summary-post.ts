import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import { defineStep, type StepContext } from './contract.ts';
import { type DrawnSummary, summaryToPost } from './draw-summary.ts';
import { foreseen } from './forecast.ts';

/**
 * Writes the post-incident summary from what is recorded, and closes the incident when nothing is open. Only the outermost run of an
 * incident sums up; a run that it started, or one without an incident, has nothing of its own to tell.
 */
export const summaryPost = defineStep({
  uses: 'summary.post',
  summary: 'Posts the post-incident summary and closes the incident, or says what is still open.',
  with: z.strictObject({}),
  outputs: z.strictObject({
    report: z.string().nullable().describe('Where the report was saved.'),
    closed: z.boolean(),
    open_points: z.array(z.string()),
  }),
  effect: 'writes',
  onlyTells: true,
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'A summary is written again, not taken back.' },
  timeoutMs: 60_000,
  rehearsal: 'real',
  forecast: async (_input, { incident, run }) =>
    incident === null || run.parent !== null
      ? foreseen({ calls: ['nothing: only the outermost run of an incident sums up'] })
      : foreseen({
          calls: ['reports: write the summary as Markdown and JSON', 'ledger: close the incident'],
          notices: [`channel:${incident.channel}`],
        }),
  perform: async (_input, context) => {
    const { incident, run } = context;
    if (incident === null || run.parent !== null)
      return { kind: 'done', outputs: { report: null, closed: false, open_points: [] }, events: [] };
    const drawn = await summaryToPost(incident, run, { ...context, by: 'system:engine' });
    const report = await save(drawn, context);
    const openPoints = drawn.summary.openPoints.map(({ words }) => words);
    const events: LedgerEvent[] = [...drawn.events, { type: 'incident_closed', incident: incident.id, openPoints }];
    return { kind: 'done', outputs: { report, closed: openPoints.length === 0, open_points: openPoints }, events };
  },
});

async function save({ summary, markdown, json }: DrawnSummary, context: StepContext): Promise<string> {
  await context.saveReport(`${summary.incident}.json`, json);
  return context.saveReport(`${summary.incident}.md`, markdown);
}
