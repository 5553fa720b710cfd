import { assertMay } from '../../domain/policy.ts';
import { type DrawnSummary, drawSummary, outermost, summaryToPost } from '../../steps/draw-summary.ts';
import { gatherApart } from '../gather-apart.ts';
import { incidentOrRefuse, type OnIncident } from '../on-incident.ts';
import type { FollowUpsDeps } from './follow-ups.ts';
import { recordAfter, subjectOfIncident } from './record.ts';

export async function postSummary(deps: FollowUpsDeps, request: OnIncident): Promise<DrawnSummary> {
  const { incident: id, actor } = request;
  const { newId, now } = deps;
  const drawn = await gatherApart(deps.ledger.read, async (read) => {
    const incident = await incidentOrRefuse(read, id);
    const run = outermost(await read.runsOfIncident(id));
    return summaryToPost(incident, run, { ledger: read, now, newId, by: actor });
  });
  return recordAfter(deps, request, {
    doing: `post the summary of ${id}`,
    incident: (await incidentOrRefuse(deps.ledger.read, id)).id,
    repeated: async (read) => {
      const run = outermost(await read.runsOfIncident(id));
      return drawSummary(await incidentOrRefuse(read, id), run, { ledger: read, now });
    },
    decide: async ({ read, policy }) => {
      const incident = await incidentOrRefuse(read, id);
      assertMay(policy, 'close', { actor, subject: await subjectOfIncident(read, incident) });
      const { events, ...result } = await drawn(read);
      return { events, result };
    },
  });
}
