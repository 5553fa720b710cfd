import type { Incident } from '../domain/incident.ts';
import type { IncidentFacts } from '../domain/incident-facts.ts';
import type { Run } from '../domain/run.ts';
import { affectedSince } from './affected.ts';
import { boardOfReplacement } from './board.ts';
import type { StepContext } from './contract.ts';

const LINES = 1_000;

/** Reads everything that the summary of an incident is drawn from. `run` is the outermost run of the incident. */
export async function incidentFacts(
  incident: Incident,
  run: Run,
  { ledger, now }: Pick<StepContext, 'ledger' | 'now'>,
): Promise<IncidentFacts> {
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
    board: failed === null ? null : await boardOfReplacement(ledger, failed),
    usage: failed === null ? [] : await ledger.usageOf(failed.id, affectedSince({ incident, now })),
    entries: await ledger.audit({ incident: incident.id, limit: LINES }),
    head: head === undefined ? null : { seq: head.seq, hash: head.hash },
    now: now(),
  };
}
