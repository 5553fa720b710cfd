import type { ModalView } from '@slack/types';
import type { Message } from '../../../src/slack/limits.ts';
import { declareModal, leakedModal } from '../../../src/slack/views/declare-modal.ts';
import {
  closeModal,
  noteModal,
  reopenModal,
  rolesModal,
  severityModal,
  statusModal,
} from '../../../src/slack/views/incident-forms.ts';
import { incidentGate } from '../../../src/slack/views/incident-gate.ts';
import { incidentImpact } from '../../../src/slack/views/incident-impact.ts';
import { incidentList } from '../../../src/slack/views/incident-list.ts';
import { incidentRoleGiven, incidentStatus, incidentUpdateAsked } from '../../../src/slack/views/incident-status.ts';
import { anIncident, NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));

const held = { holder: 'p'.repeat(80), account: 'U0BOBBOBBOB' };
const shown = { commander: held, operator: held, scribe: held, owner: held };

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
      room: null,
    }),
    'incident update asked': incidentUpdateAsked({ ...about, saidAt: NOON, reportedAt: NOON, over: false }),
    'incident list': incidentList(
      many(40, (index) => ({
        ...anIncident({ title: text, severity: 'SEV1' }),
        id: `inc-${index}`,
        key: text,
        commander: text,
        room: null,
      })),
      'all',
    ),
    'incident impact': incidentImpact({
      incident: 'inc-1',
      title: text,
      key: text,
      owner: text,
      callers: many(300, () => ({ caller: text, calls: 1_000_000, lastAt: NOON, told: false })),
      peers: many(50, () => ({ peer: text, standing: text })),
    }),
    'incident gate': incidentGate(
      anIncident(),
      many(40, () => text),
    ),
  };
}

/** The forms of an incident, filled with `text`. */
export function viewsOfIncidents(text: string): Record<string, ModalView> {
  const about = anIncident({ title: text });
  const from = { channel: 'C0OPS', ts: '1.0' };
  return {
    'declare an incident': declareModal({
      ...{ channel: 'C0OPS', from: { ...from, author: 'U0BOB' }, title: text, severity: 'SEV1', key: text, what: text },
      ...{ happenedAt: NOON, hint: text },
    }),
    'a key leaked': leakedModal({
      suggested: many(10, () => ({ slug: text, why: text })),
      others: many(20, () => text),
      tooOften: true,
      heldSecret: true,
      from,
      link: 'https://example.slack.com/archives/C0OPS/p1',
    }),
    'status of an incident': statusModal(about, { conditions: text, actions: text, needs: text }),
    'roles of an incident': rolesModal(about, shown, text),
    'note of an incident': noteModal(about),
    'severity of an incident': severityModal(about),
    'close an incident': closeModal(about, []),
    'incident not closed yet': closeModal(
      about,
      many(30, () => text),
    ),
    'open an incident again': reopenModal(about),
  };
}
