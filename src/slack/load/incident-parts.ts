import { IncidentId } from '../../domain/ids.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Key } from '../../domain/key.ts';
import { affectedSince } from '../../steps/affected.ts';
import type { Sources } from '../deps.ts';
import type { IncidentRoleGiven, IncidentStatus, IncidentUpdateAsked } from '../views/incident-status.ts';
import { actorText, displayNames } from './names.ts';

/** `<incident>.<number>`, as the messages about one of several are addressed. */
function numbered(subject: string): { id: IncidentId; number: number } {
  const at = subject.lastIndexOf('.');
  return { id: IncidentId.parse(subject.slice(0, at)), number: Number(subject.slice(at + 1)) };
}

export async function loadIncidentStatus(sources: Sources, subject: string): Promise<IncidentStatus | null> {
  const { id, number } = numbered(subject);
  const incident = await sources.ledger.incident(id);
  const said = (await sources.ledger.statusesOf(id)).find((one) => one.number === number);
  if (incident === null || said === undefined) return null;
  const by = actorText(said.by, await displayNames(sources));
  const { severity, title } = incident;
  return { ...said, incident: id, severity, title, by };
}

export async function loadIncidentRole(sources: Sources, subject: string): Promise<IncidentRoleGiven | null> {
  const { id, number } = numbered(subject);
  const incident = await sources.ledger.incident(id);
  const given = await sources.ledger.roleGiven(id, number);
  if (incident === null || given === null) return null;
  const name = await displayNames(sources);
  const now = (await sources.ledger.rolesOf(id)).find(({ role }) => role === given.role);
  const room = await sources.ledger.roomOf(id);
  const { severity, title } = incident;
  return {
    ...{ incident: id, severity, title, role: given.role, reason: given.reason },
    by: actorText(given.by, name),
    heldNow: given.endedAt === null || now === undefined || now.person === given.person ? null : name(now.person),
    room: room?.state === 'made' ? room.channel : null,
  };
}

export async function loadIncidentUpdate(sources: Sources, subject: string): Promise<IncidentUpdateAsked | null> {
  const { id } = numbered(subject);
  const incident = await sources.ledger.incident(id);
  if (incident === null) return null;
  const { severity, title, reportedAt, closedAt } = incident;
  const saidAt = (await sources.ledger.situationOf(id))?.at ?? null;
  return { incident: id, severity, title, reportedAt, saidAt, over: closedAt !== null };
}

/** Who is affected, in numbers: for the card. The whole list is another view. */
export async function impactLine(
  { ledger, now }: Pick<Sources, 'ledger' | 'now'>,
  incident: Incident,
  key: Key | null,
): Promise<string | null> {
  if (key === null) return null;
  const callers = (await ledger.callersOf(key.id, affectedSince({ incident, now }))).length;
  const peers = (await ledger.peers()).filter((peer) => peer.pins.includes(key.slug)).length;
  const counted = [count(callers, 'caller'), ...(peers === 0 ? [] : [count(peers, 'peer')])];
  return `${counted.join(' and ')}; /incident impact lists them`;
}

function count(many: number, what: string): string {
  return `${many === 0 ? 'no' : many} ${what}${many === 1 ? '' : 's'}`;
}
