import type { HomeView, ModalView } from '@slack/types';
import { IncidentId } from '../../../src/domain/ids.ts';
import { IncidentRole } from '../../../src/domain/incident-work.ts';
import { QUESTIONS } from '../../../src/domain/questions.ts';
import type { Message } from '../../../src/slack/limits.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { keyCard } from '../../../src/slack/views/key-card.ts';
import { noticeCard } from '../../../src/slack/views/notice.ts';
import { openRuns } from '../../../src/slack/views/open-runs.ts';
import { recoveredCard } from '../../../src/slack/views/recovered.ts';
import { rotateModal } from '../../../src/slack/views/rotate-modal.ts';
import { runbookChange } from '../../../src/slack/views/runbook-change.ts';
import { say, sayInModal } from '../../../src/slack/views/say.ts';
import { NOON } from '../../support/builders.ts';
import { messagesOfApprovals, viewsOfApprovals } from './samples-approvals.ts';
import { messagesOfDigests, viewsOfDigests } from './samples-digests.ts';
import { messagesOfDoor } from './samples-door.ts';
import { messagesOfFollowUps, viewsOfFollowUps } from './samples-follow-ups.ts';
import { viewsOfHome } from './samples-home.ts';
import { messagesOfIncidents, viewsOfIncidents } from './samples-incidents.ts';
import { messagesOfKeys, viewsOfKeys } from './samples-keys.ts';
import { messagesOfOutside, viewsOfOutside } from './samples-outside.ts';
import { messagesOfPeers, viewsOfPeers } from './samples-peers.ts';
import { messagesOfRunbooks, viewsOfRunbooks } from './samples-runbooks.ts';
import { messagesOfRuns, viewsOfRuns } from './samples-runs.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Every message with `text` wherever a person's text can stand, and with more of everything than will ever be. */
export function messagesWith(text: string): Record<string, Message> {
  const incident = {
    id: 'inc-1',
    severity: 'SEV2' as const,
    title: text,
    reportedAt: NOON,
    containedAt: null,
    recoveredAt: null,
    closedAt: null,
  };
  return {
    incident: incidentCard({
      ...incident,
      key: text,
      keyClass: 'api_key',
      owner: text,
      openedBy: text,
      startedAt: NOON,
      openPoints: many(40, () => text),
      classified: text,
      evidence: many(30, () => ({ kind: text, hash: 'e'.repeat(64) })),
      missed: {
        missed: text,
        answers: QUESTIONS.map((question) => ({ question, answer: 'no' as const, proof: text })),
      },
      board: text,
      situation: { conditions: text, actions: text, needs: text, note: text, at: NOON, by: text },
      runs: many(30, (index) => ({ id: `run-${index}`, runbook: 'R-KEY-EXPIRY', state: 'running' })),
      roles: IncidentRole.options.map((role) => ({ role, person: text })),
      impact: text.slice(0, 200),
      outside: '300 told, 50 bounced',
      room: { state: 'refused', channel: null, why: text },
      waived: many(20, () => ({ point: text, by: text, reason: text })),
    }),
    ...messagesOfDigests(text),
    ...messagesOfDoor(text),
    ...messagesOfIncidents(text),
    ...messagesOfRunbooks(text),
    ...messagesOfRuns(text),
    ...messagesOfApprovals(text),
    ...messagesOfPeers(text),
    ...messagesOfOutside(text),
    'runbook change': runbookChange({
      runbook: 'R-TEST',
      title: text,
      owner: text,
      hash: 'e'.repeat(64),
      approvedBy: text,
      difference: { added: 1, removed: 2_000, patch: many(200, () => `+${text}`).join('\n') },
    }),
    notice: noticeCard({
      id: 'ntc-1',
      recipient: text,
      facts: { whichKey: text, replacementAvailable: text, dataIntegrity: text },
    }),
    recovered: recoveredCard({
      incident: 'inc-1',
      title: text,
      oldKey: text,
      newKey: text,
      provedLiveAt: NOON,
      revokedAt: NOON,
      provedDeadAt: null,
      recoveredAt: NOON,
      took: '36 min 0 s',
    }),
    ...messagesOfFollowUps(text),
    key: keyCard({
      id: 'key-1',
      name: text,
      health: 'expired',
      state: 'active',
      keyClass: 'api_key',
      provider: text,
      service: text,
      environment: text,
      owner: text,
      fingerprint: '7f3a2b000000',
      expiresAt: NOON,
      revokedAt: NOON,
      provedDeadAt: NOON,
      run: text.slice(0, 100),
    }),
    openRuns: openRuns(many(40, () => ({ incident: { ...incident, id: IncidentId.parse(incident.id) }, runs: [] }))),
    say: say(text),
    ...messagesOfKeys(text),
  };
}

export function viewsWith(text: string): Record<string, ModalView | HomeView> {
  return {
    ...viewsOfApprovals(text),
    ...viewsOfIncidents(text),
    ...viewsOfDigests(text),
    ...viewsOfPeers(text),
    ...viewsOfOutside(text),
    ...viewsOfRunbooks(text),
    ...viewsOfRuns(text),
    ...viewsOfKeys(text),
    rotate: rotateModal({
      slug: text,
      occasion: 'exploited',
      graceHours: 24,
      reason: text,
      hint: text,
      channel: 'C0OPS',
      preview: null,
    }),
    say: sayInModal('Not done', text),
    ...viewsOfHome(text),
    ...viewsOfFollowUps(text),
  };
}
