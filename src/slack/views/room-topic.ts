import type { Incident } from '../../domain/incident.ts';
import { cut, escapeMrkdwn, oneLine } from '../text.ts';
import { statusOf } from './incident-card.ts';

export interface RoomTopic
  extends Pick<Incident, 'id' | 'severity' | 'title' | 'containedAt' | 'recoveredAt' | 'closedAt'> {
  key: string | null;
  commander: string | null;
}

// Slack's own, for topics.
const LONGEST = 250;

/** What the channel is about and how it stands, on one line: Slack reads markup here, so what people wrote is escaped. */
export function roomTopic(topic: RoomTopic): string {
  const { id, severity, title, commander } = topic;
  const led = commander === null ? 'nobody leads it yet' : `commander: ${cut(oneLine(commander), 40)}`;
  const end = ` · ${statusOf(topic)} · ${led} · ${id}`;
  const room = LONGEST - severity.length - 3;
  const ended = escapeMrkdwn(end);
  return `${severity} · ${shortened(oneLine(title), room - ended.length)}${ended}`;
}

/** An escape is never cut in the middle. */
function shortened(text: string, max: number): string {
  for (let length = Math.min(text.length, max); length >= 0; length--) {
    const shown = escapeMrkdwn(length < text.length ? `${text.slice(0, length)}…` : text);
    if (shown.length <= max) return shown;
  }
  return '';
}
