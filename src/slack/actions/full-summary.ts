import { IncidentId } from '../../domain/ids.ts';
import { assertMay } from '../../domain/policy.ts';
import { subjectOfIncident } from '../../engine/follow-ups/record.ts';
import { incidentOrRefuse } from '../../engine/on-incident.ts';
import { Refusal } from '../../errors.ts';
import { loadSummary } from '../load/summary.ts';
import type { Desk, Moment } from '../moment.ts';
import { readPage, summaryModal } from '../views/summary-modal.ts';
import type { SlackAction } from './contract.ts';
import { openOrAskAgain } from './open-or-ask-again.ts';

/** Opens the whole summary; the same button turns its pages. */
export const fullSummaryButton: SlackAction = { action: 'full_summary', press: show };
export const fullSummaryBack: SlackAction = { action: 'full_summary_back', press: show };

async function show(value: string, moment: Moment, desk: Desk): Promise<void> {
  const { incident: id, page } = readPage(value);
  const incident = await incidentOrRefuse(desk.ledger, IncidentId.parse(id));
  const subject = await subjectOfIncident(desk.ledger, incident);
  assertMay((await desk.policy()).policy, 'read', { actor: moment.origin.actor, subject });
  const summary = await loadSummary(desk, incident.id);
  if (summary === null) throw new Refusal('unknown_incident', 'There is no such incident.');
  const view = summaryModal(summary, page);
  if (await moment.updateModal(view)) return;
  await openOrAskAgain(view, moment, 'Full summary');
}
