import { MEASURES } from '../../src/domain/metrics.ts';
import { QUESTIONS } from '../../src/domain/questions.ts';
import type { Summary } from '../../src/domain/summary.ts';
import type { Sources } from '../../src/domain/summary-source.ts';
import { carol, NOON } from './builders.ts';

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** The summary of a huge incident, with `text` wherever a person's text can stand. */
export function aSummary(text: string, lines = 500): Summary {
  const sources: Sources = [
    { kind: 'line', seq: 123_456 },
    ...many(20, (index) => ({ kind: 'row' as const, row: `usage:key-1:${index}${text}` })),
  ];
  const statement = { words: text, sources };
  const ended = { how: 'done' as const, by: carol, at: NOON, note: text };
  return {
    schema: 'rekey.summary/1',
    version: 12,
    drawnAt: NOON,
    incident: 'inc-1',
    title: text,
    severity: 'SEV2',
    declared: statement,
    whatHappened: [statement, statement],
    impact: {
      startedAt: NOON,
      recoveredAt: NOON,
      rejectedCalls: 1_000_000,
      callers: many(50, (index) => ({ caller: `${index}${text}`, rejected: 20_000, sources })),
      sources,
    },
    times: {
      toReport: { ms: 1, sources },
      toContain: { ms: 2, sources },
      toRecover: { ms: 3, sources },
      revokeToProof: { ms: null, sources },
    },
    decisions: many(30, () => ({
      question: text,
      outcome: 'approved',
      by: [text, text],
      verified: 'with a code of their second factor',
      at: NOON,
      why: text,
      sources,
    })),
    roles: many(10, () => statement),
    statuses: many(30, () => statement),
    missed: {
      missed: text,
      answers: QUESTIONS.map((question) => ({ question, answer: 'yes' as const, proof: text })),
      sources,
    },
    dataIntegrity: statement,
    told: many(50, () => ({ recipient: text, sources })),
    peers: statement,
    waivers: many(20, () => statement),
    followUps: many(60, (index) => ({
      id: `fup-${index}`,
      what: text,
      owner: text,
      dueAt: NOON,
      ended: index % 2 === 0 ? ended : null,
      sources,
    })),
    retrospective: statement,
    impressions: statement,
    openPoints: many(40, () => statement),
    measures: MEASURES.map((id) => ({
      id,
      name: 'calls with the old key in the day after',
      target: '< 1 %',
      value: null,
      shown: 'never',
      verdict: 'missed' as const,
      sources,
    })),
    timeline: many(lines, () => ({
      happenedAt: NOON,
      reportedAt: NOON,
      recordedAt: NOON,
      actor: 'person:alice',
      sentence: text,
      sources,
    })),
    evidence: many(30, () => ({ kind: text, hash: 'e'.repeat(64), capturedAt: NOON, sources })),
    audit: {
      lines: 5_000,
      changed: [],
      head: { seq: 100_000, hash: 'f'.repeat(64) },
      checked: { seq: 100_000, at: NOON },
      words: text,
      verify: 'rekey audit verify',
      sources,
    },
  };
}
