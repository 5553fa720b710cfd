import type { HomeView, ModalView } from '@slack/types';
import { FieldType, type FormField } from '../../../src/domain/ask-form.ts';
import { IncidentId, RunId, StepId } from '../../../src/domain/ids.ts';
import { QUESTIONS } from '../../../src/domain/questions.ts';
import type { Summary } from '../../../src/domain/summary.ts';
import type { Message } from '../../../src/slack/limits.ts';
import { askCard } from '../../../src/slack/views/ask-card.ts';
import { answerModal, handOverModal, pushBackModal } from '../../../src/slack/views/ask-modal.ts';
import { home } from '../../../src/slack/views/home.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { keyCard } from '../../../src/slack/views/key-card.ts';
import { noticeCard } from '../../../src/slack/views/notice.ts';
import { openRuns } from '../../../src/slack/views/open-runs.ts';
import { recoveredCard } from '../../../src/slack/views/recovered.ts';
import { rotateHelp } from '../../../src/slack/views/rotate-help.ts';
import { rotateModal } from '../../../src/slack/views/rotate-modal.ts';
import { runFailed } from '../../../src/slack/views/run-failed.ts';
import { runProgress, type StepShown } from '../../../src/slack/views/run-progress.ts';
import { runbookChange } from '../../../src/slack/views/runbook-change.ts';
import { say, sayInModal } from '../../../src/slack/views/say.ts';
import { settleModal } from '../../../src/slack/views/settle-modal.ts';
import { summaryPost } from '../../../src/slack/views/summary.ts';
import { anAsk, minutesAfter, NOON } from '../../support/builders.ts';
import { messagesOfApprovals, viewsOfApprovals } from './samples-approvals.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

function stepsOf(text: string): StepShown[] {
  return [
    { kind: 'to_come' },
    { kind: 'running', since: NOON },
    { kind: 'waiting', what: text, since: NOON, until: minutesAfter(NOON, 10) },
    { kind: 'done' },
    { kind: 'failed', error: text },
    { kind: 'skipped', why: text },
    { kind: 'in_doubt', question: text, token: 'run-1.swap.1' },
    { kind: 'undone' },
  ];
}

/** Every message with `text` wherever a person's text can stand, and with more of everything than will ever be. */
export function messagesWith(text: string): Record<string, Message> {
  const shown = stepsOf(text);
  const steps = many(24, (index) => ({
    id: `${index}${text}`,
    uses: text,
    shown: shown[index % shown.length] ?? { kind: 'done' as const },
    undoing: text,
    undoError: text,
  }));
  const phases = ['identify', 'contain', 'investigate', 'recover', 'communicate', 'finally'].map((name) => ({
    name,
    waived: null,
    steps,
  }));
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
    }),
    run: runProgress({
      id: 'run-1',
      runbook: 'R-KEY-EXPIRY',
      key: text,
      requestedBy: text,
      reason: text,
      startedAt: NOON,
      finishedAt: null,
      outcome: null,
      cancelRequested: false,
      paused: { at: NOON, by: text, reason: text },
      phases,
    }),
    ...messagesOfApprovals(text),
    ask: askCard({
      id: 'ask-1',
      token: 'ast-opaque',
      question: text,
      key: text,
      runbook: 'R-KEY-EXPIRY',
      assignee: text,
      assigned: many(50, () => text),
      createdAt: NOON,
      dueAt: NOON,
      kind: 'checklist',
      overdue: true,
      reminds: true,
      progress: { done: 1, notApplicable: 2, of: 20, left: many(20, (index) => anItem(`i${index}`, text)) },
      escalated: many(50, () => text),
      mayPushBack: true,
      pushedBack: null,
      answer: null,
    }),
    'filled-in form': askCard({
      id: 'ask-1',
      token: 'ast-opaque',
      question: text,
      kind: 'form',
      key: text,
      runbook: 'R-KEY-EXPIRY',
      assignee: text,
      assigned: [text],
      createdAt: NOON,
      dueAt: null,
      overdue: false,
      reminds: false,
      progress: null,
      escalated: [],
      mayPushBack: false,
      pushedBack: null,
      answer: {
        yes: true,
        evidence: text,
        by: text,
        at: NOON,
        filled: many(20, () => ({ label: text, value: text })),
      },
    }),
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
    runFailed: runFailed({
      id: 'run-1',
      runbook: 'R-KEY-EXPIRY',
      key: text,
      failures: many(30, () => ({ step: text, error: text })),
      undone: many(30, () => text),
      left: many(30, () => ({ step: text, error: text })),
    }),
    summary: summaryPost(aSummary(text)),
    key: keyCard({
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
    help: rotateHelp(true),
  };
}

export function viewsWith(text: string): Record<string, ModalView | HomeView> {
  const incident = {
    id: 'inc-1',
    severity: 'SEV2',
    title: text,
    reportedAt: NOON,
    containedAt: null,
    recoveredAt: null,
    closedAt: null,
  };
  return {
    ...viewsOfApprovals(text),
    settle: settleModal(
      {
        run: RunId.parse('run-1'),
        runbook: text,
        requestedBy: 'person:alice',
        step: StepId.parse('mint'),
        uses: text,
        question: text,
        startedAt: NOON,
        attempts: 1,
        given: many(12, () => text),
        yesLeadsTo: text,
        noLeadsTo: text,
      },
      'run-1.mint.1.1',
    ),
    answer: answerModal({ ...anAsk({ question: text, evidence: 'url' }), no: 'ends' }),
    checklist: answerModal(
      {
        ...anAsk({
          question: text,
          form: { kind: 'checklist', items: many(20, (index) => anItem(`i${index}`, text)) },
        }),
        no: 'ends',
      },
      text,
    ),
    form: answerModal({
      ...anAsk({
        question: text,
        evidence: 'file',
        form: { kind: 'form', fields: FieldType.options.map((type) => aField(type, text)) },
      }),
      no: 'ends',
    }),
    'hand over': handOverModal({ token: 'ast-opaque', question: text }),
    'push back': pushBackModal({
      token: 'ast-opaque',
      question: text,
      pushBackTo: many(10, () => StepId.parse('redeployed')),
    }),
    rotate: rotateModal({ slug: text, situation: 'exploited', reason: text, hint: text, channel: 'C0OPS' }),
    say: sayInModal('Not done', text),
    home: home({
      name: text,
      incidents: many(40, () => incident),
      approvals: many(40, () => ({ question: text, token: 'apt-opaque', expiresAt: NOON })),
      asks: many(40, () => ({ question: text, token: 'ast-opaque', dueAt: NOON })),
      expiring: many(200, () => ({ name: text, owner: text, expiresAt: NOON })),
      now: NOON,
    }),
  };
}

const anItem = (id: string, label: string) => ({ id, label, required: true, mayNotApply: true });

function aField(type: FormField['type'], text: string): FormField {
  const values = type === 'enum' ? [text.slice(0, 75) || 'word'] : [];
  return { id: type, type, label: text, hint: text, required: true, min: 1, max: 300, values };
}

function aSummary(text: string): Summary {
  return {
    incident: 'inc-1',
    title: text,
    severity: 'SEV2',
    whatHappened: text,
    impact: {
      startedAt: NOON,
      recoveredAt: NOON,
      rejectedCalls: 7,
      callers: many(50, () => ({ caller: text, rejected: 1 })),
    },
    times: { toReportMs: 1, toContainMs: 2, toRecoverMs: 3, revokeToProofMs: null },
    decisions: many(30, () => ({ question: text, outcome: 'approved', by: [text, text], at: NOON, why: text })),
    missed: {
      missed: text,
      answers: (['alert_configured', 'alert_backed', 'right_owner', 'missing_owner', 'peer_blocked'] as const).map(
        (question) => ({ question, answer: 'yes' as const, proof: text }),
      ),
    },
    dataIntegrity: text,
    told: many(50, () => text),
    peers: text,
    followUps: many(30, () => ({ what: text, owner: text, due: NOON })),
    openPoints: many(30, () => text),
    timeline: [],
    evidence: many(30, () => ({ kind: text, hash: 'e'.repeat(64), capturedAt: NOON })),
    audit: { lines: 100, seq: 100, hash: 'f'.repeat(64) },
  } as Summary;
}
