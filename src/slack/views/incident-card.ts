import type { Button, KnownBlock } from '@slack/types';
import type { Incident } from '../../domain/incident.ts';
import type { IncidentRole, Room } from '../../domain/incident-work.ts';
import type { Missed } from '../../domain/questions.ts';
import type { Situated } from '../../ledger/reader.ts';
import { actions, at, bold, bullets, button, context, header, type Line, lines } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';
import { noteButton, statusButton } from './incident-status.ts';
import { missedBlock } from './missed.ts';

export interface IncidentCard {
  id: string;
  severity: Incident['severity'];
  title: string;
  key: string | null;
  keyClass: string | null;
  owner: string | null;
  openedBy: string;
  startedAt: Date;
  reportedAt: Date;
  containedAt: Date | null;
  recoveredAt: Date | null;
  closedAt: Date | null;
  openPoints: readonly string[];
  /** Why it is of this class, and what was kept: both from the Identify phase. */
  classified: string | null;
  evidence: readonly { kind: string; hash: string }[];
  /** What people said last of how it stands. */
  situation: Situated | null;
  /** From the Investigate phase. */
  missed: Missed | null;
  /** The line of the re-pin board; null for a key that no peer pins. */
  board: string | null;
  runs: readonly { id: string; runbook: string; state: string }[];
  /** Who leads, works and writes, by name. */
  roles: readonly { role: IncidentRole; person: string }[];
  /** How many are affected; null without a key. */
  impact: string | null;
  /** How many people outside were told, and whom it did not reach; null while nothing was to leave the company. */
  outside: string | null;
  room: Pick<Room, 'state' | 'channel' | 'why'> | null;
  waived: readonly { point: string; by: string; reason: string }[];
}

/** What is wrong, since when, and how far it is mended. */
export function incidentCard(card: IncidentCard): Message {
  return fitting([() => drawn(card, { points: 15, each: 300 }), () => drawn(card, { points: 8, each: 120 })]);
}

/** How many open points are named, and how much of each and of everything that was let go. */
interface Detail {
  points: number;
  each: number;
}

function drawn(card: IncidentCard, { points, each }: Detail): Message {
  const title = `${card.severity}: ${cut(oneLine(card.title), 120)}`;
  const facts: Line[] = [
    [bold('Key '), cut(card.key ?? 'not known', 320), card.keyClass === null ? '' : ` (${card.keyClass})`],
    [bold('Owner '), cut(card.owner ?? 'nobody is registered as owner', 200)],
    [bold('Status '), statusOf(card)],
    [bold('Led by '), ledBy(card)],
    ...(card.impact === null ? [] : [[bold('Affected '), card.impact]]),
    ...(card.outside === null ? [] : [[bold('Outside '), card.outside]]),
    ...roomLine(card.room),
    [bold('Began '), at(card.startedAt), ', reported ', at(card.reportedAt), ` by ${cut(card.openedBy, 100)}`],
    ...(card.classified === null ? [] : [[bold('Identified '), cut(card.classified, 400)]]),
    ...(card.evidence.length === 0 ? [] : [[bold('Evidence '), evidenceOf(card.evidence)]]),
    ...(card.board === null ? [] : [[bold('Peers '), cut(card.board, 400)]]),
    ...reached('Contained', card.containedAt),
    ...reached('Recovered', card.recoveredAt),
    ...reached('Closed', card.closedAt),
  ];
  const said = card.situation === null ? [] : situationOf(card.situation);
  const runs = card.runs.slice(0, 10).map((run): Line => [bold(`${run.runbook} `), `${run.id}: ${run.state}`]);
  const blocks: KnownBlock[] = [header(title), lines(facts)];
  if (said.length > 0) blocks.push(lines(said));
  if (runs.length > 0) blocks.push(bullets([bold('Runs, with progress in the thread')], runs));
  if (card.missed !== null) blocks.push(missedBlock(card.missed));
  if (card.openPoints.length > 0)
    blocks.push(
      bullets(
        [bold(openPointsTitle(card.openPoints.length, points))],
        card.openPoints.slice(0, points).map((point) => [cut(point, each)]),
      ),
    );
  if (card.waived.length > 0)
    blocks.push(
      bullets(
        [bold('Let go')],
        card.waived.slice(0, 5).map((waived) => waivedLine(waived, each / 2)),
      ),
    );
  blocks.push(
    ...actions(`incident_${card.id}`, buttonsOf(card)),
    context(`${card.id} · /incident list shows every open incident`),
  );
  return { text: `${escapeMrkdwn(title)} (${statusOf(card)})`, blocks };
}

/** In the order in which it is asked for: conditions, actions, needs. */
function situationOf({ conditions, actions, needs, note, at: when, by }: Situated): Line[] {
  const said: [string, string | null][] = [
    ['Conditions ', conditions],
    ['Actions ', actions],
    ['Needs ', needs],
    ['Note ', note],
  ];
  const told = said.flatMap(([label, text]): Line[] => (text === null ? [] : [[bold(label), cut(text, 600)]]));
  return [...told, [`said by ${cut(by, 100)}, `, at(when)]];
}

function ledBy({ roles, closedAt }: Pick<IncidentCard, 'roles' | 'closedAt'>): string {
  if (roles.length === 0) return closedAt === null ? 'nobody yet' : 'nobody';
  return roles.map(({ role, person }) => `${cut(oneLine(person), 100)} (${role})`).join(', ');
}

function roomLine(room: IncidentCard['room']): Line[] {
  if (room === null) return [];
  if (room.state === 'made' && room.channel !== null)
    return [[bold('Channel '), { type: 'channel', channel_id: room.channel }]];
  if (room.state === 'wanted') return [[bold('Channel '), 'is being made']];
  const what = room.state === 'lost' ? 'out of reach, it goes on in this thread: ' : 'none, it is led in this thread: ';
  return [[bold('Channel '), what, cut(room.why ?? '', 200)]];
}

function openPointsTitle(all: number, shown: number): string {
  return all > shown ? `Before it can close (the first ${shown} of ${all})` : `Before it can close (${all})`;
}

function waivedLine({ point, by, reason }: IncidentCard['waived'][number], each: number): Line {
  return [cut(point, each), ` Let go by ${cut(by, 60)}: ${cut(reason, each)}`];
}

/** What can be done with it now; whether somebody may is asked at the press. */
function buttonsOf({ id, closedAt }: IncidentCard): Button[] {
  if (closedAt !== null) return [button({ action: 'incident_reopen', token: id, label: 'Open again…' })];
  return [
    statusButton(id),
    button({ action: 'incident_roles', token: id, label: 'Roles…' }),
    noteButton(id),
    button({ action: 'incident_severity', token: id, label: 'Severity…' }),
    button({ action: 'incident_close', token: id, label: 'Close…' }),
  ];
}

function evidenceOf(evidence: IncidentCard['evidence']): string {
  return evidence
    .slice(0, 5)
    .map(({ kind, hash }) => `${cut(kind.replaceAll('_', ' '), 40)} (SHA-256 ${hash.slice(0, 12)}…)`)
    .join(', ');
}

function reached(what: string, when: Date | null): Line[] {
  return when === null ? [] : [[bold(`${what} `), at(when)]];
}

export function statusOf(incident: Pick<IncidentCard, 'containedAt' | 'recoveredAt' | 'closedAt'>): string {
  if (incident.closedAt !== null) return 'closed';
  if (incident.recoveredAt !== null) return 'recovered, not closed yet';
  return incident.containedAt === null ? 'not contained yet' : 'contained, not recovered yet';
}
