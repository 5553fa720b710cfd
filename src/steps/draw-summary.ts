import { createHash } from 'node:crypto';
import type { LedgerEvent } from '../domain/event.ts';
import type { FollowUp } from '../domain/follow-up.ts';
import { suggestedFollowUps } from '../domain/follow-ups.ts';
import type { Actor, NewId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { IncidentFacts } from '../domain/incident-facts.ts';
import type { Run } from '../domain/run.ts';
import { lastMissed, type Summary, summaryOf } from '../domain/summary.ts';
import { summaryMarkdown } from '../domain/summary-markdown.ts';
import type { StepContext } from './contract.ts';
import { incidentFacts } from './incident-facts.ts';

type Reading = Pick<StepContext, 'ledger' | 'now'>;

/** A summary in the forms in which it is kept. `hash` is of the JSON text. */
export interface DrawnSummary {
  summary: Summary;
  markdown: string;
  json: string;
  hash: string;
}

/** The summary as it would be now. `run`: the outermost one, or null; it is not held against the incident that this one has not ended. */
export async function drawSummary(incident: Incident, run: Run | null, reading: Reading): Promise<DrawnSummary> {
  return drawnFrom(await incidentFacts(incident, run, reading));
}

/**
 * The summary to post, with the follow-ups that the rules ask for: the events make them rows and keep the summary. Drawn a second time, it
 * asks for nothing that is there already.
 */
export async function summaryToPost(
  incident: Incident,
  run: Run | null,
  { newId, by, ...reading }: Reading & { newId: NewId; by: Actor },
): Promise<DrawnSummary & { events: LedgerEvent[] }> {
  const facts = await incidentFacts(incident, run, reading);
  const added = newFollowUps(facts, { newId, by });
  const drawn = drawnFrom({ ...facts, followUps: [...facts.followUps, ...added] });
  const { markdown, json, hash } = drawn;
  return {
    ...drawn,
    events: [
      { type: 'summary_posted', incident: incident.id, run: run?.id ?? null, markdown, json, hash },
      ...added.map((followUp): LedgerEvent => ({ type: 'follow_up_added', followUp })),
    ],
  };
}

/** The outermost run of an incident; null where there is none. */
export function outermost(runs: readonly Run[]): Run | null {
  return runs.find((one) => one.parent === null) ?? runs[0] ?? null;
}

function drawnFrom(facts: IncidentFacts): DrawnSummary {
  const summary = summaryOf(facts);
  const json = JSON.stringify(summary, null, 2);
  return {
    summary,
    markdown: summaryMarkdown(summary),
    json,
    hash: createHash('sha256').update(json).digest('hex'),
  };
}

function newFollowUps(facts: IncidentFacts, { newId, by }: { newId: NewId; by: Actor }): FollowUp[] {
  const there = new Set(facts.followUps.map(({ rule }) => rule));
  return suggestedFollowUps(facts, lastMissed(facts.evidence))
    .filter(({ rule }) => !there.has(rule))
    .map(({ rule, what, owner, dueAt }) => ({
      ...{ id: newId('fup'), incident: facts.incident.id, what, owner, dueAt, rule },
      ...{ addedBy: by, addedAt: facts.now, sinceAt: facts.now, ended: null },
    }));
}
