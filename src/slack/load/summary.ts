import { IncidentId } from '../../domain/ids.ts';
import type { Summary } from '../../domain/summary.ts';
import { drawSummary, outermost } from '../../steps/draw-summary.ts';
import type { Sources } from '../deps.ts';
import { displayNames, type NameOf, recipientText } from './names.ts';

/** The summary, drawn from the ledger as it stands when the message is written. */
export async function loadSummary(sources: Sources, subject: string): Promise<Summary | null> {
  const { ledger, now } = sources;
  const incident = await ledger.incident(IncidentId.parse(subject));
  if (incident === null) return null;
  const run = outermost(await ledger.runsOfIncident(incident.id));
  const { summary } = await drawSummary(incident, run, { ledger, now });
  return withNames(summary, await displayNames(sources));
}

/** The reports keep the ids of policy.yaml; in Slack people are called by their names. */
function withNames(summary: Summary, name: NameOf): Summary {
  return {
    ...summary,
    decisions: summary.decisions.map((decision) => ({ ...decision, by: decision.by.map(name) })),
    told: summary.told.map(({ recipient, sources }) => ({ recipient: recipientText(recipient, name), sources })),
    followUps: summary.followUps.map((followUp) => ({
      ...followUp,
      owner: name(followUp.owner),
    })),
  };
}
