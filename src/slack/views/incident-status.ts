import { actions, at, bold, button, context, header, type Line, line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';

export interface IncidentStatus {
  incident: string;
  severity: string;
  title: string;
  conditions: string | null;
  actions: string | null;
  needs: string | null;
  by: string;
  at: Date;
}

/** How an incident stands, as somebody put it: conditions, actions, needs. */
export function incidentStatus(status: IncidentStatus): Message {
  const { incident, severity, title, by } = status;
  const said: [string, string | null][] = [
    ['Conditions ', status.conditions],
    ['Actions ', status.actions],
    ['Needs ', status.needs],
  ];
  const told = said.flatMap(([label, text]): Line[] => (text === null ? [] : [[bold(label), cut(text, 1_000)]]));
  return {
    text: `${severity} ${escapeMrkdwn(cut(oneLine(title), 120))}: a new status by ${escapeMrkdwn(cut(by, 100))}`,
    blocks: [
      lines([[bold(`Status of ${cut(oneLine(title), 120)}`)], ...told]),
      context(`${cut(by, 100)} · ${incident}`),
    ],
  };
}

export interface IncidentRoleGiven {
  incident: string;
  role: string;
  severity: string;
  title: string;
  by: string;
  reason: string;
  /** Who has it now, when that is somebody else. */
  heldNow: string | null;
  room: string | null;
}

const DUTIES: Readonly<Record<string, string>> = {
  commander: 'You decide what is done next, and say how it stands.',
  operator: 'You do what has to be done with hands.',
  scribe: 'You write down what happens and when.',
};

/** To whoever got a role: what it asks of them. */
export function incidentRoleGiven(given: IncidentRoleGiven): Message {
  const { incident, role, severity, title, by, reason, heldNow, room } = given;
  const sentence = `You are ${role} of ${severity}: ${cut(oneLine(title), 120)}`;
  const facts: Line[] = [
    [bold(sentence)],
    [DUTIES[role] ?? ''],
    ['Given by ', cut(by, 100), ...(reason === '' ? [] : [`: ${cut(reason, 400)}`])],
    ...(room === null ? [] : [[{ type: 'channel', channel_id: room } as const]]),
    ...(heldNow === null ? [] : [[`Since then it went to ${cut(heldNow, 100)}.`]]),
  ];
  const buttons = heldNow === null && role !== 'operator' ? [statusButton(incident), noteButton(incident)] : [];
  return {
    text: escapeMrkdwn(sentence),
    blocks: [lines(facts), ...actions('incident_role', buttons), context(incident)],
  };
}

export interface IncidentUpdateAsked {
  incident: string;
  severity: string;
  title: string;
  /** When somebody said last how it stands; null: nobody did. */
  saidAt: Date | null;
  reportedAt: Date;
  over: boolean;
}

/** To whoever leads, when nobody has said for too long how it stands. */
export function incidentUpdateAsked(asked: IncidentUpdateAsked): Message {
  const { incident, severity, title, saidAt, reportedAt, over } = asked;
  const sentence = `How does ${severity} stand: ${cut(oneLine(title), 120)}?`;
  const since: Line =
    saidAt === null
      ? ['No status was posted since ', at(reportedAt), '.']
      : ['The last status is from ', at(saidAt), '.'];
  return {
    text: escapeMrkdwn(sentence),
    blocks: [
      header(sentence),
      over ? line('It is closed by now.') : line(...since, ' A draft is ready.'),
      ...actions('incident_update', over ? [] : [statusButton(incident)]),
      context(incident),
    ],
  };
}

export function statusButton(incident: string) {
  return button({ action: 'incident_status', token: incident, label: 'Status…' });
}

export function noteButton(incident: string) {
  return button({ action: 'incident_note', token: incident, label: 'Note…' });
}
