import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { IncidentFacts } from '../domain/incident-facts.ts';
import { type Summary, summaryOf } from '../domain/summary.ts';
import { summaryMarkdown } from '../domain/summary-markdown.ts';
import { affectedSince } from './affected.ts';
import { defineStep, type StepContext } from './contract.ts';

const LINES = 1_000;

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
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'A summary is written again, not taken back.' },
  timeoutMs: 60_000,
  perform: async (_input, context) => {
    const { incident, run } = context;
    if (incident === null || run.parent !== null)
      return { kind: 'done', outputs: { report: null, closed: false, open_points: [] }, events: [] };
    const known = await factsOf(incident, context);
    const recovered = recoveredByPeople(known);
    const facts = recovered ? { ...known, incident: { ...incident, recoveredAt: context.now() } } : known;
    const summary = summaryOf(facts);
    const { markdown, json, report } = await save(summary, context);
    const { openPoints } = summary;
    const events: LedgerEvent[] = [
      ...(recovered ? [{ type: 'incident_recovered', incident: incident.id } as const] : []),
      { type: 'summary_posted', incident: incident.id, run: run.id, markdown, json },
      { type: 'incident_closed', incident: incident.id, openPoints },
    ];
    return { kind: 'done', outputs: { report, closed: openPoints.length === 0, open_points: openPoints }, events };
  },
});

async function save(
  summary: Summary,
  context: StepContext,
): Promise<{ markdown: string; json: string; report: string }> {
  const markdown = summaryMarkdown(summary);
  const json = JSON.stringify(summary, null, 2);
  await context.saveReport(`${summary.incident}.json`, json);
  const report = await context.saveReport(`${summary.incident}.md`, markdown);
  return { markdown, json, report };
}

async function factsOf(incident: Incident, context: StepContext): Promise<IncidentFacts> {
  const { ledger, run, now } = context;
  const failed = incident.key === null ? null : await ledger.key(incident.key);
  const current = failed === null ? null : await ledger.keyBySlug(failed.slug);
  const [head] = await ledger.audit({ limit: 1 });
  return {
    incident,
    failed,
    current,
    run,
    runs: await ledger.runsOfIncident(incident.id),
    approvals: await ledger.approvalsOfIncident(incident.id),
    asks: await ledger.asksOfIncident(incident.id),
    notices: await ledger.noticesOfIncident(incident.id),
    evidence: await ledger.evidenceOfIncident(incident.id),
    reminder: current === null ? null : await ledger.reminder(current.id),
    usage: failed === null ? [] : await ledger.usageOf(failed.id, affectedSince(context)),
    entries: await ledger.audit({ incident: incident.id, limit: LINES }),
    head: head === undefined ? null : { seq: head.seq, hash: head.hash },
    now: now(),
  };
}

/**
 * Where no key is minted (a restored passphrase, a re-pinned peer) there is no probe of Rekey's own: then the last thing that people
 * confirmed in this run stands for the proof.
 */
function recoveredByPeople({ incident, run, failed, current, asks }: IncidentFacts): boolean {
  if (incident.recoveredAt !== null || failed === null || current?.id !== failed.id) return false;
  const steps = Object.values(run.steps);
  if (run.cancelRequestedAt !== null || steps.some((one) => one.state === 'failed' || one.state === 'in_doubt'))
    return false;
  return asks.some((ask) => ask.run === run.id && ask.answer?.yes === true);
}
