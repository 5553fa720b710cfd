import type { FollowUp } from '../../domain/follow-up.ts';
import { assertMay, type Policy, peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import { incidentOrRefuse } from '../on-incident.ts';
import type { FollowUps, FollowUpsDeps } from './follow-ups.ts';
import { recordAfter, subjectOfIncident } from './record.ts';

const LONGEST = 500;
const YEAR_MS = 366 * 86_400_000;

export async function add(deps: FollowUpsDeps, request: Parameters<FollowUps['add']>[0]): Promise<FollowUp> {
  const { incident: id, owner, dueAt } = request;
  const what = request.what.trim();
  return recordAfter(deps, request, {
    doing: `add a follow-up to ${id}`,
    incident: (await incidentOrRefuse(deps.ledger.read, id)).id,
    repeated: async (read) => addedBefore(await read.followUpsOf(id), what),
    decide: async ({ read, policy, now }) => {
      const incident = await incidentOrRefuse(read, id);
      const subject = await subjectOfIncident(read, incident);
      assertMay(policy, 'declare', { actor: request.actor, subject });
      assertWords(what);
      assertOwner(policy, owner);
      assertDate(dueAt, now);
      const followUp: FollowUp = {
        ...{ id: deps.newId('fup'), incident: id, what, owner, dueAt, rule: null },
        ...{ addedBy: request.actor, addedAt: now, sinceAt: now, ended: null },
      };
      return { events: [{ type: 'follow_up_added', followUp }], result: followUp };
    },
  });
}

function addedBefore(followUps: readonly FollowUp[], what: string): FollowUp {
  const found = followUps.find((one) => one.what === what);
  if (found === undefined)
    throw new Refusal('request_id_used', 'This request id belongs to another request. Send this one under its own.');
  return found;
}

function assertWords(what: string): void {
  if (what === '' || what.length > LONGEST)
    throw new Refusal(
      'words_needed',
      `Say in 1 to ${LONGEST} characters what is to be done; you wrote ${what.length}.`,
    );
  assertNoSecretIn({ 'follow-up': what });
}

export function assertOwner(policy: Policy, owner: string): void {
  if (peopleNamed(policy, [owner], { owner: null, escalation: null }).size > 0) return;
  throw new Refusal('unknown_person', 'The owner has to be a person of policy.yaml, or group:<name> from there.');
}

export function assertDate(dueAt: Date, now: Date): void {
  if (dueAt > now && dueAt.getTime() - now.getTime() <= YEAR_MS) return;
  const given = dueAt.toISOString().slice(0, 10);
  throw new Refusal('bad_date', `It has to be due in the future, within a year; you wrote ${given}.`);
}
