import type { Message } from '../../../src/slack/limits.ts';
import { incidentRoleGiven, incidentStatus, incidentUpdateAsked } from '../../../src/slack/views/incident-status.ts';
import { NOON } from '../../support/builders.ts';

/** Messages about what people do with incidents, with `text` wherever a person's text can stand. */
export function messagesOfIncidents(text: string): Record<string, Message> {
  const about = { incident: 'inc-1', severity: 'SEV2', title: text };
  return {
    'incident status': incidentStatus({ ...about, conditions: text, actions: text, needs: text, by: text, at: NOON }),
    'incident role': incidentRoleGiven({
      ...about,
      role: 'commander',
      by: text,
      reason: text,
      heldNow: text,
      room: 'C0ROOM',
    }),
    'incident update asked': incidentUpdateAsked({ ...about, saidAt: NOON, reportedAt: NOON, over: false }),
  };
}
