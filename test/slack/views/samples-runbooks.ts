import type { ModalView } from '@slack/types';
import type { Message } from '../../../src/slack/limits.ts';
import { runList } from '../../../src/slack/views/run-list.ts';
import { runbookCard } from '../../../src/slack/views/runbook-card.ts';
import { runbookDrill } from '../../../src/slack/views/runbook-drill.ts';
import { pickRunbookForm, runbookForm } from '../../../src/slack/views/runbook-form.ts';
import { runbookList } from '../../../src/slack/views/runbook-list.ts';
import { grantsModal, runbookReload } from '../../../src/slack/views/runbook-reload.ts';
import { sayWithLink } from '../../../src/slack/views/say.ts';
import { NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const HASH = 'e'.repeat(64);

export function messagesOfRunbooks(text: string): Record<string, Message> {
  const held = many(9, (index) => ({
    runbook: `R-${index}`,
    hash: HASH,
    widened: many(20, () => text),
    instead: HASH,
  }));
  return {
    'a runbook': runbookCard({
      id: 'R-KEY-EXPIRY',
      title: text,
      owner: text,
      reviewBy: '2027-05-20',
      hash: HASH,
      due: text,
      proven: { at: NOON, how: 'drill', isThisText: false },
      appliesTo: many(12, () => text),
      startsOn: many(12, () => text),
      inputs: many(20, () => text),
      approvals: many(9, () => ({ step: text, rule: text, voices: 2, from: many(9, () => text) })),
      noWayBack: many(12, () => text),
      phases: many(6, () => ({ name: 'recover', waived: null, steps: many(60, () => ({ id: text, uses: text })) })),
    }),
    runbooks: runbookList(
      many(60, (index) => ({
        runbook: `R-${index}${text}`,
        title: text,
        owner: text,
        reviewBy: '2027-05-20',
        provenAt: NOON,
        due: text,
      })),
    ),
    'runs under way': runList(
      many(60, (index) => ({
        id: `run-${index}`,
        runbook: text,
        key: text,
        startedAt: NOON,
        by: text,
        isPaused: true,
        at: { step: text, shown: { kind: 'waiting', what: text, since: NOON, until: { word: 'due', at: NOON } } },
      })),
      NOON,
    ),
    drills: runbookDrill({
      id: 'R-KEY-EXPIRY',
      title: text,
      hash: HASH,
      proofs: many(5, (index) => ({
        id: `prf-${index}`,
        runbook: 'R-KEY-EXPIRY',
        hash: 'a'.repeat(64),
        how: 'drill',
        passed: false,
        recoverMs: 1,
        summary: text,
        at: NOON,
      })),
    }),
    'runbooks read again': runbookReload({
      live: many(60, () => text),
      problems: many(60, () => text),
      held,
      mayAgree: many(20, () => text),
      isYours: true,
    }),
    'an answer with a link': sayWithLink(text, { url: null, text: 'Its message' }),
  };
}

export function viewsOfRunbooks(text: string): Record<string, ModalView> {
  const place = { channel: 'C0OPS', thread: '1.2' };
  const description = text.slice(0, 300);
  return {
    'start a runbook': runbookForm({
      ...place,
      runbook: 'R-KEY-EXPIRY',
      title: text,
      inputs: {
        key: { type: 'key', description },
        note: { type: 'text', default: text.slice(0, 500), description },
        count: { type: 'int', min: 1, max: 9, default: 3, description },
        hard: { type: 'bool', default: true, description },
        how: { type: 'enum', values: many(50, (index) => `${index}${text}`.slice(0, 60)), description },
      },
      given: { key: text, note: text, count: '7', hard: 'no', how: text },
      reason: text,
      hint: text,
    }),
    'pick a runbook': pickRunbookForm({
      ...place,
      reason: text,
      runbooks: many(200, (index) => ({ id: `R-${index}`, title: text })),
    }),
    'wider grants': grantsModal({ runbook: 'R-KEY-EXPIRY', hash: HASH, widened: many(90, () => text) }),
  };
}
