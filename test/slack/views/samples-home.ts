import type { HomeView, ModalView } from '@slack/types';
import { firstWeek } from '../../../src/domain/first-week.ts';
import { type Home, home } from '../../../src/slack/views/home/home.ts';
import { setUpCodeModal } from '../../../src/slack/views/set-up-code-modal.ts';
import { NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const NOTHING_YET = {
  keys: 0,
  withoutOwner: 0,
  withoutExpiry: 0,
  rotated: false,
  rotatedWithCare: false,
  drilled: false,
};

/** With `text` wherever a person's text can stand, 50 approvals and 300 keys. */
export function aHome(text: string, overrides: Partial<Home> = {}): Home {
  return {
    name: text,
    doing: ['rotate', 'leak', 'incident', 'runbooks', 'code'],
    week: firstWeek(NOTHING_YET, { alertConfigured: false, rulesApprove: false }),
    waiting: {
      approvals: many(50, () => ({ question: text, token: 'apt-opaque', until: NOON })),
      asks: many(40, () => ({ question: text, token: 'ast-opaque', until: NOON })),
    },
    keys: {
      rows: many(8, () => ({
        id: 'key-1',
        name: text,
        health: 'expired' as const,
        expiresAt: NOON,
        as: 'escalation' as const,
        inHand: false,
      })),
      more: 292,
      atLeast: true,
      mayPlan: true,
    },
    underWay: {
      incidents: many(40, () => ({
        id: 'inc-1',
        severity: 'SEV2',
        title: text,
        reportedAt: NOON,
        containedAt: null,
        recoveredAt: null,
        closedAt: null,
        link: 'https://example.slack.com/archives/C1/p1',
      })),
      runs: many(30, () => ({ id: 'run-1', runbook: text, key: text, state: text, since: NOON })),
    },
    health: {
      parts: [{ name: 'queue', ok: false, detail: text }],
      lastDigest: NOON,
      lastSync: NOON,
      audit: { lines: 1_000_000, checked: { seq: 1, at: NOON }, checkpoint: { seq: 1, at: NOON } },
      credentials: many(50, () => ({ name: text, expiresAt: NOON })),
      lockOut: many(50, () => text),
      codes: many(50, () => ({ rule: text, without: many(50, () => text), blocked: true })),
      debts: many(50, () => ({ approval: 'apr-1', by: text, question: text, dueAt: NOON, isMine: true })),
      held: many(50, () => ({ runbook: text, widened: many(20, () => text) })),
      broken: 3,
    },
    now: NOON,
    ...overrides,
  };
}

export function viewsOfHome(text: string): Record<string, ModalView | HomeView> {
  const code = {
    since: null,
    recoveryCodesLeft: 0,
    lockedUntil: NOON,
    isBegun: false,
    administrators: many(50, () => text),
    page: 'https://rekey.example.com/second-factor',
  };
  return {
    home: home(aHome(text)),
    'home of somebody who may read nothing': home(aHome(text, { doing: [], week: null, health: null })),
    'set up codes': setUpCodeModal(code),
    'first code': setUpCodeModal({ ...code, isBegun: true }),
    'own codes': setUpCodeModal({ ...code, since: NOON }),
  };
}
