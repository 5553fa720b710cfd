import { IncidentId } from '../../domain/ids.ts';
import { type Summary, summaryOf } from '../../domain/summary.ts';
import { affectedSince } from '../../steps/affected.ts';
import type { Sources } from '../deps.ts';
import { displayNames, type NameOf, recipientText } from './names.ts';

// As many as the step that posts the summary reads, so that both say the same.
const LINES = 1_000;

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
  const failed = incident.key === null ? null : await ledger.key(incident.key);
  const current = failed === null ? null : await ledger.keyBySlug(failed.slug);
  const [head] = await ledger.audit({ limit: 1 });
  return summaryOf({
    incident,
    failed,
    current,
    run,
    runs,
    approvals: await ledger.approvalsOfIncident(incident.id),
    asks: await ledger.asksOfIncident(incident.id),
    notices: await ledger.noticesOfIncident(incident.id),
    evidence: await ledger.evidenceOfIncident(incident.id),
    reminder: current === null ? null : await ledger.reminder(current.id),
    usage: failed === null ? [] : await ledger.usageOf(failed.id, affectedSince({ incident, now })),
    entries: await ledger.audit({ incident: incident.id, limit: LINES }),
    head: head === undefined ? null : { seq: head.seq, hash: head.hash },
    now: now(),
  });
}
