import { IncidentId } from '../../domain/ids.ts';
import { type Summary, summaryOf } from '../../domain/summary.ts';
import { incidentFacts } from '../../steps/incident-facts.ts';
import type { Sources } from '../deps.ts';
import { displayNames, type NameOf, recipientText } from './names.ts';

/** The summary, drawn from the ledger as it stands when the message is written. */
export async function loadSummary(sources: Sources, subject: string): Promise<Summary | null> {
  const summary = await summaryIn(sources, subject);
  return summary === null ? null : withNames(summary, await displayNames(sources));
}

/** The reports keep the ids of policy.yaml; in Slack people are called by their names. */
function withNames(summary: Summary, name: NameOf): Summary {
  return {
    ...summary,
    decisions: summary.decisions.map((decision) => ({ ...decision, by: decision.by.map(name) })),
    told: summary.told.map((recipient) => recipientText(recipient, name)),
    followUps: summary.followUps.map((followUp) => ({ ...followUp, owner: name(followUp.owner) })),
  };
}

async function summaryIn({ ledger, now }: Sources, subject: string): Promise<Summary | null> {
  const incident = await ledger.incident(IncidentId.parse(subject));
  if (incident === null) return null;
  const runs = await ledger.runsOfIncident(incident.id);
  const run = runs.find((one) => one.parent === null) ?? runs[0];
  if (run === undefined) return null;
  return summaryOf(await incidentFacts(incident, run, { ledger, now }));
}
