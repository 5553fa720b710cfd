import type { IncidentId, PersonId } from '../../domain/ids.ts';
import { personOf } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Room } from '../../domain/incident-work.ts';
import { nameOf } from '../../domain/key.ts';
import { type Policy, peopleNamed } from '../../domain/policy.ts';
import type { Sources } from '../deps.ts';
import { displayNames } from '../load/names.ts';
import { type RoomTopic, roomTopic } from '../views/room-topic.ts';

/** An incident's channel as it should be now. */
export interface RoomWanted {
  room: Room;
  incident: Incident;
  topic: string;
  /** Whom it concerns, with their Slack accounts. */
  members: { person: PersonId; slack: string }[];
  /** The runbooks that work on it, for their pages. */
  pages: { title: string; link: string }[];
}

export async function loadRoom(sources: Sources, id: IncidentId): Promise<RoomWanted | null> {
  const { ledger } = sources;
  const [room, incident] = [await ledger.roomOf(id), await ledger.incident(id)];
  if (room === null || incident === null) return null;
  const { policy } = await sources.policy();
  const key = incident.key === null ? null : await ledger.key(incident.key);
  const roles = await ledger.rolesOf(id);
  const name = await displayNames(sources);
  const commander = roles.find(({ role }) => role === 'commander')?.person ?? null;
  const about: RoomTopic = {
    ...incident,
    key: key === null ? null : nameOf(key),
    commander: commander === null ? null : name(commander),
  };
  const concerned = new Set<PersonId>([
    ...roles.map(({ person }) => person),
    ...peopleNamed(policy, ['owner', 'escalation', 'group:oncall'], key ?? { owner: null, escalation: null }),
    ...(room.isPrivate ? await askedIn(ledger, id) : []),
    ...(personOf(incident.openedBy) === null ? [] : [personOf(incident.openedBy)].filter((one) => one !== null)),
  ]);
  const runbooks = [...new Set((await ledger.runsOfIncident(id)).map((run) => run.runbook.id))];
  return {
    room,
    incident,
    topic: roomTopic(about),
    members: accounts(policy, concerned),
    pages: pagesOf(policy, runbooks),
  };
}

/** A private channel opens itself to nobody, so whoever is asked something about the incident is let in. */
async function askedIn(ledger: Sources['ledger'], incident: IncidentId): Promise<PersonId[]> {
  const approvals = await ledger.approvalsOfIncident(incident);
  const asks = await ledger.asksOfIncident(incident);
  return [...approvals.flatMap(({ asked }) => asked), ...asks.flatMap(({ assigned }) => assigned)];
}

function accounts(policy: Policy, people: ReadonlySet<PersonId>): RoomWanted['members'] {
  return [...people].flatMap((person) => {
    const slack = policy.people[person]?.slack;
    return slack === undefined ? [] : [{ person, slack }];
  });
}

function pagesOf({ incidents }: Policy, runbooks: readonly string[]): RoomWanted['pages'] {
  const { runbook_page: page } = incidents;
  if (page === undefined) return [];
  return runbooks.map((id) => ({ title: id, link: page.replaceAll('{runbook}', encodeURIComponent(id)) }));
}
