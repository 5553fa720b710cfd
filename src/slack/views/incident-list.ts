import type { Incident } from '../../domain/incident.ts';
import { at, atMost, bold, bullets, context, type Line, line } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, oneLine } from '../text.ts';
import { statusOf } from './incident-card.ts';

export interface IncidentRow
  extends Pick<Incident, 'severity' | 'title' | 'reportedAt' | 'containedAt' | 'recoveredAt' | 'closedAt'> {
  id: string;
  key: string | null;
  commander: string | null;
  room: string | null;
}

const MOST = 15;

/** Incidents, the one that was reported last first. */
export function incidentList(rows: readonly IncidentRow[], which: 'open' | 'all'): Message {
  if (rows.length === 0) {
    const none = which === 'open' ? 'No incident is open.' : 'There has been no incident.';
    return { text: none, blocks: [line(`${none} To declare one: /incident open "what is wrong"`)] };
  }
  const open = rows.filter(({ closedAt }) => closedAt === null).length;
  const title = `${open} open ${open === 1 ? 'incident' : 'incidents'}${which === 'open' ? '' : `, ${rows.length - open} closed`}`;
  return {
    text: title,
    blocks: [
      bullets([bold(title)], atMost(rows, MOST, rowLine)),
      context('/incident status ID shows one of them, with what can be done.'),
    ],
  };
}

function rowLine(row: IncidentRow): Line {
  const led = row.commander === null ? 'nobody leads it' : `led by ${cut(row.commander, 60)}`;
  return [
    bold(`${row.severity} ${cut(oneLine(row.title), 120)} `),
    `${row.id}, ${statusOf(row)}, ${led}, since `,
    at(row.reportedAt),
    ...(row.room === null ? [] : [' ', { type: 'channel', channel_id: row.room } as const]),
  ];
}
