import type { ModalView } from '@slack/types';
import { keys } from '../../../src/slack/commands/keys.ts';
import type { Message } from '../../../src/slack/limits.ts';
import { commandHelp } from '../../../src/slack/views/command-help.ts';
import { importModal } from '../../../src/slack/views/import-modal.ts';
import { keyHistory } from '../../../src/slack/views/key-history.ts';
import { auditReport, complianceReport, deadCallersReport, statsReport } from '../../../src/slack/views/key-reports.ts';
import { keysList } from '../../../src/slack/views/keys-list.ts';
import { ownerModal } from '../../../src/slack/views/owner-modal.ts';
import { rotateModal } from '../../../src/slack/views/rotate-modal.ts';
import { whyCard } from '../../../src/slack/views/why.ts';
import { aKey, NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export function messagesOfKeys(text: string): Record<string, Message> {
  const key = { name: text, service: text, environment: text, state: 'active', expiresAt: NOON, revokedAt: NOON };
  const all = many(300, () => key);
  const counts = Object.fromEntries(many(50, (index) => [`${index}${text}`, index]));
  return {
    keysHelp: commandHelp({ command: keys.command, description: keys.description, verbs: keys.verbs }),
    keysList: keysList({
      summary: text,
      rows: many(10, () => ({
        ...{ slug: text, version: 3, health: 'expired', expiresAt: NOON },
        ...{ service: text, environment: text, owner: text },
      })),
      note: text,
      next: 'p:1::s:payments-api',
    }),
    keyHistory: keyHistory({
      slug: text,
      versions: 300,
      rotations: 300,
      lines: many(25, () => ({ at: NOON, by: text, sentence: text })),
    }),
    auditReport: auditReport({
      within: '7 d',
      ...{ revoked: all, expired: all, expiring: all, unknown: all },
      counts: { healthy: 100_000, pending: 3 },
      doubts: [text, text],
    }),
    complianceReport: complianceReport({
      overdue: many(300, () => ({ ...key, ageDays: 300, maxAgeDays: 90 })),
      of: { percentage: 97, compliant: 97, judged: 100, exempt: 3 },
    }),
    statsReport: statsReport({
      ...{ keys: 300, services: 50, pending: 1, suspended: 1 },
      health: { revoked: 1, expired: 1, expiring: 1, healthy: 297 },
      ...{ byService: counts, byEnvironment: counts, byClass: counts },
      rotations: {
        open: 1,
        last30Days: { completed: 1, rolled_back: 0, failed: 0, preempted: 0, cancelled: 0 },
      },
    }),
    deadCallersReport: deadCallersReport({
      since: '7 d',
      uses: many(50, () => ({ ...key, caller: text, accepted: 1, rejected: 1_000_000, lastAt: NOON })),
    }),
    why: whyCard({
      title: text,
      cause: text,
      todo: many(20, () => text),
      looked: many(30, () => ({ question: text, ok: false, evidence: text })),
    }),
  };
}

export function viewsOfKeys(text: string): Record<string, ModalView> {
  const form = {
    slug: text,
    occasion: 'exploited' as const,
    graceHours: 24,
    reason: text,
    hint: text,
    channel: 'C0OPS',
  };
  return {
    rotatePreview: rotateModal({
      ...form,
      preview: {
        kind: 'plan',
        name: text,
        occasion: 'exploited',
        obstacles: [text, text],
        joins: null,
        callers: many(50, (index) => ({ caller: `${index}${text}`, calls: 1_000_000 })),
        agree: many(10, () => text),
        stops: { earliestAt: NOON, order: 'before_new', delayMs: 60_000 },
        order: many(40, () => ({ id: text, isFinal: true, isCertain: false })),
        problems: many(10, () => text),
      },
    }),
    rotateRefused: rotateModal({ ...form, preview: { kind: 'refused', sentence: text } }),
    importKey: importModal({ slug: text, channel: 'C0OPS' }),
    ownerOfKey: ownerModal({ key: aKey({ slug: text, owner: text }), me: 'U0ALICE', channel: 'C0OPS' }),
  };
}
