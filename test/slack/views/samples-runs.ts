import type { ModalView } from '@slack/types';
import { FieldType, type FormField } from '../../../src/domain/ask-form.ts';
import { RunId, StepId } from '../../../src/domain/ids.ts';
import type { Possible } from '../../../src/domain/run-verbs.ts';
import type { Message } from '../../../src/slack/limits.ts';
import { type AskCard, askCard } from '../../../src/slack/views/ask-card.ts';
import { answerModal, handOverModal, pushBackModal } from '../../../src/slack/views/ask-modal.ts';
import { runDetails } from '../../../src/slack/views/run-details.ts';
import { runFailed } from '../../../src/slack/views/run-failed.ts';
import { cancelRunModal, rerunModal, skipStepModal, takeOverModal } from '../../../src/slack/views/run-forms.ts';
import { runProgress } from '../../../src/slack/views/run-progress.ts';
import { settleModal } from '../../../src/slack/views/settle-modal.ts';
import type { StepLine, StepShown } from '../../../src/slack/views/step-words.ts';
import { anAsk, minutesAfter, NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const STEPS = many(60, (index) => StepId.parse(`step-${index}`));
const EVERYTHING: Possible = {
  pause: true,
  resume: true,
  cancel: true,
  retry: STEPS,
  skip: STEPS,
  rerun: STEPS,
  settle: STEPS,
};

function stepsOf(text: string): StepShown[] {
  const until = { word: 'next deadline', at: minutesAfter(NOON, 10) } as const;
  return [
    { kind: 'to_come' },
    { kind: 'running', since: NOON },
    { kind: 'waiting', what: text, since: NOON, until },
    { kind: 'waiting', what: text, since: NOON, until: { word: 'due', at: NOON } },
    { kind: 'done' },
    { kind: 'failed', error: text },
    { kind: 'skipped', why: text },
    { kind: 'in_doubt', question: text, token: 'run-1.swap.1' },
    { kind: 'undone' },
    { kind: 'again', why: text },
  ];
}

function linesOf(text: string, count: number): StepLine[] {
  const shown = stepsOf(text);
  return many(count, (index) => ({
    id: `${index}${text}`,
    uses: text,
    shown: shown[index % shown.length] ?? { kind: 'done' as const },
    undoing: text,
    undoError: text,
  }));
}

export function messagesOfRuns(text: string): Record<string, Message> {
  const phases = ['identify', 'contain', 'investigate', 'recover', 'communicate', 'finally'].map((name) => ({
    name,
    waived: null,
    steps: linesOf(text, 24),
  }));
  const anAskCard: AskCard = {
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
    progress: { done: 1, notApplicable: 2, of: 60, left: many(60, (index) => anItem(`i${index}`, text)) },
    escalated: many(50, () => text),
    mayPushBack: true,
    pushedBack: null,
    over: null,
    answer: null,
  };
  const answer = {
    yes: true,
    evidence: text,
    by: text,
    at: NOON,
    filled: many(20, () => ({ label: text, value: text })),
  };
  return {
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
      stopping: false,
      paused: { at: NOON, by: text, reason: text },
      deadline: { name: text, at: NOON, passed: true },
      now: NOON,
      possible: EVERYTHING,
      canTakeOver: true,
      phases,
    }),
    runFailed: runFailed({
      id: 'run-1',
      runbook: 'R-KEY-EXPIRY',
      key: text,
      goesOn: null,
      possible: EVERYTHING,
      failures: many(30, () => ({ step: text, error: text })),
      undone: many(30, () => text),
      left: many(30, () => ({ step: text, error: text })),
    }),
    'run opened again': runFailed({
      id: 'run-1',
      runbook: text,
      key: text,
      goesOn: 'running',
      possible: EVERYTHING,
      failures: [{ step: text, error: text }],
      undone: [],
      left: [],
    }),
    ask: askCard(anAskCard),
    'ask that is over': askCard({ ...anAskCard, over: text, reminds: false }),
    'filled-in form': askCard({ ...anAskCard, kind: 'form', progress: null, reminds: false, overdue: false, answer }),
  };
}

export function viewsOfRuns(text: string): Record<string, ModalView> {
  const form = { channel: 'C0OPS', run: 'run-1', runbook: text, reason: text, step: 'step-1', steps: STEPS };
  const items = many(60, (index) => anItem(`item_${index}_${'x'.repeat(50)}`, text));
  const details = {
    run: 'run-1',
    runbook: text,
    now: NOON,
    canRerun: true,
    canSkip: true,
    steps: linesOf(text, 60).map((line) => ({
      phase: 'communicate',
      line,
      from: NOON,
      to: NOON,
      attempts: 5,
      again: 2,
      outputs: many(12, () => text),
      decided: many(9, () => text),
    })),
    children: many(300, (index) => ({ name: text, run: `run-${index}`, state: 'failed', why: text })),
  };
  return {
    'run details': runDetails({ ...details, page: 1 }),
    'runs of a run': runDetails({ ...details, page: 7 }),
    'cancel a run': cancelRunModal(form),
    'skip a step': skipStepModal(form),
    'do steps again': rerunModal(form),
    'take over': takeOverModal({ ...form, asks: many(12, (index) => ({ id: `ask-${index}`, question: text })) }),
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
    checklist: answerModal({ ...anAsk({ question: text, form: { kind: 'checklist', items } }), no: 'ends' }, text),
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
  };
}

const anItem = (id: string, label: string) => ({ id, label, required: true, mayNotApply: true });

function aField(type: FormField['type'], text: string): FormField {
  const values = type === 'enum' ? [text.slice(0, 75) || 'word'] : [];
  return { id: type, type, label: text, hint: text, required: true, min: 1, max: 300, values };
}
