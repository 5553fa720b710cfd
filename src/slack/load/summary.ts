import { IncidentId } from '../../domain/ids.ts';
import type { Summary } from '../../domain/summary.ts';
import { drawSummary, outermost } from '../../steps/draw-summary.ts';
import type { Sources } from '../deps.ts';
import type { ShownSummary } from '../views/summary.ts';
import { keptSummary } from './kept-summary.ts';
import { displayNames, type NameOf, recipientText } from './names.ts';

/** For the message: as it was kept last, which a new version follows when something was learned since. */
export async function loadSummaryPost(sources: Sources, subject: string): Promise<ShownSummary | null> {
  const kept = await keptSummary(sources.ledger, IncidentId.parse(subject));
  return kept === null ? loadSummary(sources, subject) : withNames(kept, await displayNames(sources));
}

/** The summary, drawn from the ledger as it stands now: for whoever asks for the whole of it. */
export async function loadSummary(sources: Sources, subject: string): Promise<Summary | null> {
  const { ledger, now } = sources;
  const incident = await ledger.incident(IncidentId.parse(subject));
  if (incident === null) return null;
  const run = outermost(await ledger.runsOfIncident(incident.id));
  const { summary } = await drawSummary(incident, run, { ledger, now });
  return withNames(summary, await displayNames(sources));
}

type Named = Pick<ShownSummary, 'decisions' | 'told' | 'followUps'>;

/** The reports keep the ids of policy.yaml; in Slack people are called by their names. */
function withNames<Shown extends Named>(summary: Shown, name: NameOf): Shown {
  return {
    ...summary,
    decisions: summary.decisions.map((decision) => ({ ...decision, by: decision.by.map(name) })),
    told: summary.told.map((told) => ({ ...told, recipient: recipientText(told.recipient, name) })),
    followUps: summary.followUps.map((followUp) => ({
      ...followUp,
      owner: name(followUp.owner),
    })),
  };
}
