import { describe, expect, test } from 'vitest';
import { contentHash } from '../../../src/domain/canonical.ts';
import type { LedgerEvent } from '../../../src/domain/event.ts';
import { IncidentId, KeyId, StepId } from '../../../src/domain/ids.ts';
import { MISSED_ROTATION, QUESTIONS } from '../../../src/domain/questions.ts';
import { sectionsOf } from '../../../src/domain/summary-sections.ts';
import type { Source } from '../../../src/domain/summary-source.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { drawSummary, outermost, summaryToPost } from '../../../src/steps/draw-summary.ts';
import {
  aKey,
  aNotice,
  anAlert,
  anApproval,
  anAsk,
  anIncident,
  aReminder,
  aRun,
  aStep,
  aVote,
  carol,
  daysAfter,
  minutesAfter,
  NOON,
} from '../../support/builders.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../../support/ledger-file.ts';

const incident = anIncident().id;
const run = aRun().id;
const next = KeyId.parse('key-payments4');
const content = {
  answers: QUESTIONS.map((question) => ({ question, answer: 'no', proof: 'the ledger says so' })),
  missed: 'Nobody was warned.',
};

const COURSE: LedgerEvent[] = [
  { type: 'alert_received', alert: anAlert({ alert: 'secret_scanning' }) },
  { type: 'incident_contained', incident },
  { type: 'approval_requested', approval: anApproval() },
  { type: 'vote_cast', approval: anApproval().id, vote: aVote({ reason: 'go' }) },
  { type: 'approval_decided', approval: anApproval().id, outcome: 'approved' },
  { type: 'ask_opened', ask: anAsk() },
  { type: 'ask_answered', ask: anAsk().id, yes: true, evidence: 'https://ci.example.com/7', by: carol },
  {
    type: 'key_issued',
    key: aKey({
      id: next,
      version: 4,
      state: 'pending',
      activatedAt: null,
      digest: 'e'.repeat(64),
      provedLiveAt: null,
      externalRef: 'pay4',
      expiresAt: daysAfter(NOON, 90),
    }),
  },
  { type: 'key_activated', key: next },
  { type: 'key_proved_live', key: next, probes: 1, how: 'a call' },
  { type: 'key_revoked', key: aKey().id, replacedBy: next },
  { type: 'key_proved_dead', key: aKey().id, how: 'rejected' },
  { type: 'reminder_set', reminder: aReminder({ key: next }) },
  { type: 'notice_issued', notice: aNotice() },
  {
    type: 'evidence_captured',
    evidence: {
      id: 'evd-1',
      incident,
      run,
      step: StepId.parse('why'),
      kind: MISSED_ROTATION,
      hash: contentHash(content),
      content,
      capturedAt: NOON,
    },
  },
  { type: 'step_recorded', run, record: aStep('tell', { state: 'failed', error: 'nobody there' }) },
  { type: 'incident_role_given', incident, role: 'commander', person: carol, number: 1, before: null, reason: '' },
  {
    type: 'incident_point_waived',
    waiver: { incident, point: 'The caller x was not told.', reason: 'it is gone', by: 'person:carol', at: NOON },
  },
  {
    type: 'incident_noted',
    note: {
      id: 'note-1',
      incident,
      version: 1,
      words: 'The gateway was slow',
      saidBy: carol,
      addedBy: [carol],
      source: null,
      alteredBy: null,
      happenedAt: minutesAfter(NOON, -40),
      reportedAt: minutesAfter(NOON, -5),
      recordedAt: minutesAfter(NOON, 2),
    },
  },
  {
    type: 'incident_status_posted',
    status: {
      incident,
      number: 1,
      conditions: 'half of the calls fail',
      actions: null,
      needs: null,
      by: 'person:carol',
      at: NOON,
    },
  },
  { type: 'incident_recovered', incident },
];

/** The incident as far as here, on a real ledger, and another one beside it that has nothing to do with it. */
async function anIncidentWithEverything(): Promise<Ledger> {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, BEGINNING);
  const other = IncidentId.parse('inc-other');
  await recordEvents(ledger, [
    { type: 'incident_opened', incident: anIncident({ id: other, key: null }) },
    { type: 'alert_received', alert: anAlert({ id: 'alr-other', incident: other }) },
  ]);
  for (const [index, event] of COURSE.entries())
    await recordEvents(ledger, [event], { incident, run, at: minutesAfter(NOON, index + 1) });
  await ledger.countUsage([{ key: aKey().id, caller: 'payments-worker', at: NOON, accepted: 1, rejected: 41 }]);
  return ledger;
}

let fresh = 0;
async function posted(ledger: Ledger) {
  const found = await ledger.read.incident(incident);
  if (found === null) throw new Error('there is no incident');
  const now = () => minutesAfter(NOON, 60);
  const first = outermost(await ledger.read.runsOfIncident(incident));
  const newId = (prefix: string) => `${prefix}-${++fresh}`;
  const { events } = await summaryToPost(found, first, { ledger: ledger.read, now, newId, by: 'system:engine' });
  await recordEvents(ledger, events, { incident, run, at: now() });
  return drawSummary(found, first, { ledger: ledger.read, now });
}

/** Every `sources` in it, wherever it stands. */
function allSources(value: unknown): Source[][] {
  if (Array.isArray(value)) return value.flatMap(allSources);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'sources' ? [inner as Source[]] : allSources(inner),
  );
}

describe('every statement of a summary', () => {
  test('names lines that exist and belong to the incident', async () => {
    const ledger = await anIncidentWithEverything();
    const { summary, json } = await posted(ledger);
    const mine = new Set((await ledger.read.audit({ incident, limit: 1_000 })).map(({ seq }) => seq));
    const sources = allSources(JSON.parse(json));
    expect(sources.length).toBeGreaterThan(60);
    for (const one of sources.flat()) {
      if (one.kind === 'line') expect(mine).toContain(one.seq);
      if (one.kind === 'none_in')
        expect([one.lines, ...[one.from, one.to].map((seq) => mine.has(seq))]).toEqual([mine.size, true, true]);
    }
    expect(sources.every((of) => of.length > 0)).toBe(true);
    expect(summary.audit).toMatchObject({ lines: mine.size, changed: [] });
  });

  test('has a source, sentence by sentence, in Markdown too', async () => {
    const { summary, markdown } = await posted(await anIncidentWithEverything());
    const statements = sectionsOf(summary).flatMap((section) => [...section.statements, section.otherwise]);
    for (const { sources } of statements) expect(sources.length).toBeGreaterThan(0);
    const lines = markdown
      .split('\n')
      .slice(3)
      .filter((line) => line !== '' && !line.startsWith('## '));
    expect(lines.length).toBeGreaterThan(40);
    for (const line of lines) expect(line).toMatch(/ \[(#\d+|no line|none of \d+ lines|[a-z\\_]+:|audit).*\]$/);
  });

  test('cites what was really looked at: the vote, the revocation, the note, the waiver', async () => {
    const ledger = await anIncidentWithEverything();
    const { markdown, summary } = await posted(ledger);
    const seqOf = async (action: string) =>
      (await ledger.read.audit({ incident, limit: 1_000 })).find((line) => line.action === action)?.seq;
    const line = (words: string) => markdown.split('\n').find((one) => one.includes(words)) ?? '';
    expect(line('“Replace payments-prod?”')).toContain(`#${await seqOf('vote_cast')}`);
    expect(line('To containment')).toContain(`[#${await seqOf('incident_contained')}]`);
    expect(line('From revoking')).toContain(`#${await seqOf('key_proved_dead')}`);
    expect(line('lets it close although')).toContain(`[#${await seqOf('incident_point_waived')}]`);
    expect(line('carol is commander')).toContain(`[#${await seqOf('incident_role_given')}]`);
    expect(line('half of the calls fail')).toContain(`[#${await seqOf('incident_status_posted')}]`);
    expect(line('payments-worker: 41 rejected calls')).toContain('[usage:key-payments3:payments-worker]');
    expect(line('Nobody was warned')).toContain(`[#${await seqOf('evidence_captured')}]`);
    expect(
      summary.measures.map(({ id, shown, verdict }) => [id, verdict === 'not_measurable' ? shown : 'measured']),
    ).toEqual([
      ['M1', 'measured'],
      ['M2', 'measured'],
      ['M3', 'not measured'],
      ['M4', 'not measured'],
      ['M5', 'measured'],
      ['M6', 'measured'],
      ['M7', 'measured'],
      ['M8', 'not measured'],
      ['M9', 'measured'],
      ['M10', 'measured'],
    ]);
    expect(line('M7 events on record')).toContain('100 %, met');
  });

  test('tells a note when it happened, with all three times where they differ', async () => {
    const { markdown, summary } = await posted(await anIncidentWithEverything());
    const noted = markdown.split('\n').find((one) => one.includes('The gateway was slow'));
    expect(noted).toContain(
      '2027-03-10 11:20:00 UTC (person:carol; reported 2027-03-10 11:55:00 UTC; written down 2027-03-10 12:02:00 UTC)',
    );
    expect(summary.timeline[0]?.sentence).toContain('The gateway was slow');
  });
});

test('a line that was changed behind its back is named, and the summary no longer calls itself whole', async () => {
  const ledger = await anIncidentWithEverything();
  const found = await ledger.read.incident(incident);
  if (found === null) throw new Error('there is no incident');
  const forged = {
    ...ledger.read,
    audit: async (filter: Parameters<typeof ledger.read.audit>[0]) =>
      (await ledger.read.audit(filter)).map((line) =>
        line.action === 'vote_cast' ? { ...line, details: line.details.replace('bob', 'mallory') } : line,
      ),
  };
  const { summary, markdown } = await drawSummary(found, null, { ledger: forged, now: () => NOON });
  expect(summary.audit.changed).toHaveLength(1);
  expect(markdown).toContain('were CHANGED after they were written');
});

test('the rules ask for each follow-up once, however often the summary is posted', async () => {
  const ledger = await anIncidentWithEverything();
  const first = await posted(ledger);
  const rules = (await ledger.read.followUpsOf(incident)).map(({ rule }) => rule);
  expect(rules).toContain('alert_configured');
  expect(new Set(rules).size).toBe(rules.length);
  const second = await posted(ledger);
  expect(second.summary.followUps.map(({ id }) => id)).toEqual(first.summary.followUps.map(({ id }) => id));
  expect((await ledger.read.summariesOf(incident)).map(({ version }) => version)).toEqual([1, 2]);
});

test('an incident that no run worked on is summed up all the same', async () => {
  const ledger = await anOpenLedger();
  const byHand = anIncident({ key: null });
  await recordEvents(ledger, [{ type: 'incident_opened', incident: byHand }]);
  const { markdown } = await drawSummary(byHand, null, { ledger: ledger.read, now: () => NOON });
  expect(markdown).toContain('payments-prod expired.');
});
