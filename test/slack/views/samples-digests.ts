import { KEYS_PER_MESSAGE } from '../../../src/domain/digest/compose.ts';
import { Section } from '../../../src/domain/digest/digest.ts';
import { chartBlock } from '../../../src/slack/chart/chart.ts';
import { type DigestPart, digestPart } from '../../../src/slack/views/digest.ts';
import { digestClaim } from '../../../src/slack/views/digest-claim.ts';
import { digestOutlook } from '../../../src/slack/views/digest-outlook.ts';
import type { DigestRow, Standing } from '../../../src/slack/views/digest-row.ts';
import { unusedModal, unusedQuestion } from '../../../src/slack/views/digest-unused.ts';
import { NOON } from '../../support/builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A message with as many keys as one has, of as many owners, in every section and every standing. */
export function messagesOfDigests(text: string) {
  const standings = standingsWith(text);
  const row = (index: number): DigestRow =>
    aRow(text, Section.options[index % Section.options.length] ?? 'expired', standings[index % standings.length]);
  const inOrder = (rows: DigestRow[]) =>
    rows.toSorted((a, b) => Section.options.indexOf(a.section) - Section.options.indexOf(b.section));
  const whole = aPart({
    rows: inOrder(many(KEYS_PER_MESSAGE, row)),
    notes: many(44, () => aNote(text)),
    more: Section.options.map((section) => ({ section, count: 12_345, isAll: false })),
  });
  const open = aPart({
    rows: many(KEYS_PER_MESSAGE, (index) => ({
      ...aRow(text, 'days_3', { kind: 'released', by: text }),
      owner: `${index}${text}`,
    })),
    notes: many(44, () => aNote(text)),
    more: Section.options.map((section) => ({ section, count: 12_345, isAll: false })),
  });
  const outlook = digestOutlook(anOutlook());
  const { chart, ...words } = outlook;
  return {
    digest: digestPart(whole),
    digestOpen: digestPart(open),
    digestAlone: digestPart({ ...open, alone: true, part: 2, parts: 3 }),
    digestOutlook: words,
    digestChart: { ...words, blocks: chart === undefined ? words.blocks : [...words.blocks, chartBlock(chart)] },
    digestClaim: digestClaim({ key: 'key-1', name: text, why: text, free: true }),
    unused: unusedQuestion(anUnused(text)),
    unusedAnswered: unusedQuestion({ ...anUnused(text), answer: { confirmed: true, by: text, at: NOON } }),
  };
}

export function viewsOfDigests(text: string) {
  return { digestUnused: unusedModal({ key: 'key-1', name: text }) };
}

/** What only our own code may say: everybody in the channel, and the owners that policy.yaml names. */
export function callingDigest(text: string) {
  const called = { ...aRow(text, 'expired', { kind: 'open' }), call: ['U0CAROL'] };
  return digestPart(aPart({ rows: [called], callChannel: true }));
}

export function aPart(overrides: Partial<DigestPart> = {}): DigestPart {
  return {
    id: 'dig-2027-03-10',
    day: '2027-03-10',
    kind: 'daily',
    part: 1,
    parts: 1,
    alone: false,
    callChannel: false,
    rows: [],
    notes: [],
    more: [],
    ...overrides,
  };
}

export function aRow(text: string, section: Section, standing: Standing = { kind: 'open' }): DigestRow {
  return {
    key: 'key-1',
    name: text,
    environment: text,
    section,
    expiresAt: NOON,
    owner: text,
    call: [],
    note: text,
    standing,
    runbook: text,
    snoozes: [{ days: 1 }, { days: 3 }, { days: 7 }, { days: 14 }],
  };
}

function standingsWith(text: string): Standing[] {
  return [
    { kind: 'open' },
    { kind: 'claimed', by: text, until: NOON },
    { kind: 'released', by: text },
    { kind: 'rotating', id: text, begins: NOON },
    { kind: 'snoozed', by: text, until: NOON },
    { kind: 'unused', by: text, asked: text, confirmed: false },
    { kind: 'over', how: text },
  ];
}

function aNote(sentence: string) {
  return { kind: 'runbook' as const, overdue: true, sentence, key: null };
}

function anOutlook() {
  return {
    id: 'dig-2027-03-08',
    day: '2027-03-08',
    compliance: { percentage: 93, judged: 1_000_000, overdue: 70_000 },
    rotations: { completed: 1_000, failed: 100 },
    weeks: many(13, (week) => ({
      from: `2027-03-${String(week + 10)}`,
      expiring: 100_000,
      rotating: 50_000,
      byHand: 50_000,
    })),
    picture: true,
  };
}

function anUnused(text: string) {
  return { id: 'unu-1', name: text, by: text, at: NOON, reason: text, callers: text, effect: text, answer: null };
}
