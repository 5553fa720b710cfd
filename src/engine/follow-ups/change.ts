import type { LedgerEvent } from '../../domain/event.ts';
import type { FollowUp } from '../../domain/follow-up.ts';
import { personOf } from '../../domain/ids.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { assertNoSecretIn, assertReason } from '../keys/record-on-key.ts';
import { incidentOrRefuse } from '../on-incident.ts';
import { assertDate, assertOwner } from './add.ts';
import type { FollowUps, FollowUpsDeps, OnFollowUp } from './follow-ups.ts';
import { recordAfter, type Standing, subjectOfIncident } from './record.ts';

export function done(deps: FollowUpsDeps, request: Parameters<FollowUps['done']>[0]): Promise<FollowUp> {
  const { followUp, person: by } = request;
  const note = request.note.trim();
  return change(deps, request, () => {
    if (note !== '') assertReason(note);
    return { type: 'follow_up_done', followUp, note, by };
  });
}

export function handOver(deps: FollowUpsDeps, request: Parameters<FollowUps['handOver']>[0]): Promise<FollowUp> {
  const { followUp, person: by, to } = request;
  const reason = request.reason.trim();
  return change(deps, request, ({ policy, before }) => {
    assertOwner(policy, to);
    assertNoSecretIn({ reason });
    return before.owner === to ? null : { type: 'follow_up_handed_over', followUp, to, reason, by };
  });
}

export function move(deps: FollowUpsDeps, request: Parameters<FollowUps['move']>[0]): Promise<FollowUp> {
  const { followUp, person: by, dueAt } = request;
  const reason = request.reason.trim();
  return change(deps, request, ({ now }) => {
    assertReason(reason);
    assertDate(dueAt, now);
    return { type: 'follow_up_moved', followUp, dueAt, reason, by };
  });
}

export function drop(deps: FollowUpsDeps, request: Parameters<FollowUps['drop']>[0]): Promise<FollowUp> {
  const { followUp, person: by } = request;
  const reason = request.reason.trim();
  return change(deps, request, () => {
    assertReason(reason);
    return { type: 'follow_up_dropped', followUp, reason, by };
  });
}

type Change = (standing: Standing & { before: FollowUp }) => LedgerEvent | null;

async function change(deps: FollowUpsDeps, request: OnFollowUp, toEvent: Change): Promise<FollowUp> {
  const known = await followUpOrRefuse(deps.ledger.read, request.followUp);
  await recordAfter(deps, request, {
    doing: `change follow-up ${known.id}`,
    incident: known.incident,
    repeated: async () => undefined,
    decide: async (standing) => {
      const before = await followUpOrRefuse(standing.read, known.id);
      await assertMayChange(before, standing, request);
      assertOpen(before);
      const event = toEvent({ ...standing, before });
      return { events: event === null ? [] : [event], result: undefined };
    },
  });
  return followUpOrRefuse(deps.ledger.read, known.id);
}

export async function followUpOrRefuse(read: Pick<LedgerReader, 'followUp'>, id: string): Promise<FollowUp> {
  const found = await read.followUp(id);
  if (found !== null) return found;
  throw new Refusal('unknown_follow_up', 'There is no such follow-up. Type: rekey follow-ups list');
}

/** Its owner, whoever wrote it down, and whoever may close the incident. */
async function whoMayChange(
  read: LedgerReader,
  policy: Policy,
  { incident, owner, addedBy }: FollowUp,
): Promise<Set<string>> {
  const subject = await subjectOfIncident(read, await incidentOrRefuse(read, incident));
  const author = personOf(addedBy);
  const names = [owner, ...(policy.may.close ?? []), ...(author === null ? [] : [author])];
  return new Set<string>(peopleNamed(policy, names, subject));
}

export async function assertMayChange(
  followUp: FollowUp,
  { read, policy }: Pick<Standing, 'read' | 'policy'>,
  { person }: Pick<OnFollowUp, 'person'>,
): Promise<void> {
  const may = await whoMayChange(read, policy, followUp);
  if (may.has(person)) return;
  const names = [...may].sort().join(', ') || 'nobody yet: add people under `may.close` in policy.yaml';
  throw new Refusal('not_allowed', `This follow-up is not yours to change. Who may: ${names}.`);
}

function assertOpen({ ended }: FollowUp): void {
  if (ended === null) return;
  const how = ended.how === 'done' ? 'did this' : 'dropped this';
  throw new Refusal(
    'follow_up_over',
    `${ended.by} ${how} already, at ${ended.at.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
  );
}
