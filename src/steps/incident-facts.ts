import type { AuditEntry } from '../domain/event.ts';
import type { IncidentId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { IncidentFacts } from '../domain/incident-facts.ts';
import { overAt } from '../domain/incident-measures.ts';
import type { Run } from '../domain/run.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { affectedSince } from './affected.ts';
import { boardOfReplacement } from './board.ts';
import type { StepContext } from './contract.ts';

const PAGE = 1_000;
// More than any incident has had; what is older than these is left out rather than the process.
const MOST_LINES = 50_000;

/** Reads everything that the summary of an incident is drawn from. `run` is the outermost run of the incident, where there is one. */
export async function incidentFacts(
  incident: Incident,
  run: Run | null,
  { ledger, now }: Pick<StepContext, 'ledger' | 'now'>,
): Promise<IncidentFacts> {
  const failed = incident.key === null ? null : await ledger.key(incident.key);
  const current = failed === null ? null : await ledger.keyBySlug(failed.slug);
  const [head] = await ledger.audit({ limit: 1 });
  const since = affectedSince({ incident, now });
  const over = overAt({ failed, current });
  const around = { since, startedAt: incident.startedAt, overAt: over };
  return {
    incident,
    reopenedAt: await ledger.reopenedAt(incident.id),
    failed,
    current,
    run,
    runs: await ledger.runsOfIncident(incident.id),
    approvals: await ledger.approvalsOfIncident(incident.id),
    asks: await ledger.asksOfIncident(incident.id),
    notices: await ledger.noticesOfIncident(incident.id),
    deliveries: await ledger.deliveriesOfIncident(incident.id),
    evidence: await ledger.evidenceOfIncident(incident.id),
    reminder: current === null ? null : await ledger.reminder(current.id),
    board: failed === null ? null : await boardOfReplacement(ledger, failed),
    usage: failed === null ? [] : await ledger.usageAround(failed.id, around),
    // What it was called with before is asked by nobody.
    usageOfCurrent:
      current === null || over === null ? [] : await ledger.usageAround(current.id, { ...around, since: over }),
    roles: await ledger.rolesOf(incident.id),
    notes: await ledger.notesOf(incident.id),
    waivers: await ledger.waiversOf(incident.id),
    followUps: await ledger.followUpsOf(incident.id),
    retrospective: await ledger.retrospective(incident.id),
    impressions: failed === null ? [] : await ledger.impressionsOf(failed.id),
    expiryClaims: failed === null ? [] : await ledger.expiryClaimsOf(failed.id),
    entries: await linesOf(ledger, incident.id),
    head: head === undefined ? null : { seq: head.seq, hash: head.hash },
    auditChecked: await ledger.auditChecked(),
    version: ((await ledger.lastSummary(incident.id))?.version ?? 0) + 1,
    now: now(),
  };
}

async function linesOf(ledger: Pick<LedgerReader, 'audit'>, incident: IncidentId): Promise<AuditEntry[]> {
  const lines: AuditEntry[] = [];
  for (let before: number | undefined; lines.length < MOST_LINES; before = lines.at(-1)?.seq) {
    const page = await ledger.audit({ incident, limit: PAGE, ...(before !== undefined && { before }) });
    lines.push(...page);
    if (page.length < PAGE) break;
  }
  return lines.reverse();
}
