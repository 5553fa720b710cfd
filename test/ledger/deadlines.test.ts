import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import type { Waiting } from '../../src/domain/run.ts';
import { aRun, aStep, MINUTE, NOON } from '../support/builders.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';

const run = aRun().id;
const later = (minutes: number) => new Date(NOON.getTime() + minutes * MINUTE);
const waits = (waiting: Waiting): LedgerEvent => ({
  type: 'step_recorded',
  run,
  record: aStep('until', { state: 'waiting', waiting, answered: false }),
});

test('keeps by when and how often a condition is looked at, also over a failed look', async () => {
  const ledger = await anOpenLedger();
  const look = { kind: 'look', until: later(60), everyMs: MINUTE } as const;
  await recordEvents(ledger, [...BEGINNING, waits(look)], { run });
  expect((await ledger.read.run(run))?.steps.until).toMatchObject({ waiting: look });
  const retry = { kind: 'retry', until: later(1), error: 'ledger busy', resumes: look } as const;
  await recordEvents(ledger, [waits(retry)], { run });
  expect((await ledger.read.run(run))?.steps.until).toMatchObject({ waiting: retry });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('keeps that the deadline of a run has passed, and gives it its time again when a person opens it again', async () => {
  const ledger = await anOpenLedger();
  const overdue: LedgerEvent = { type: 'run_overdue', run, at: later(480), why: 'deadline of the run (8h) passed' };
  await recordEvents(ledger, [...BEGINNING, overdue], { run });
  expect(await ledger.read.run(run)).toMatchObject({ overdueAt: later(480), deadlinesFrom: null });
  const why = 'deadline of the run (8h) passed';
  await recordEvents(ledger, [{ type: 'run_finished', run, outcome: 'failed', why }], { run });
  await recordEvents(ledger, [{ type: 'run_reopened', run, reason: 'there is time now' }], { run, at: later(500) });
  expect(await ledger.read.run(run)).toMatchObject({ overdueAt: null, deadlinesFrom: later(500), finishedAt: null });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
});

test('a run that is over is not overdue', async () => {
  const ledger = await anOpenLedger();
  await recordEvents(ledger, [...BEGINNING, { type: 'run_finished', run, outcome: 'succeeded', why: 'done' }], { run });
  const late: LedgerEvent = { type: 'run_overdue', run, at: later(480), why: 'late' };
  await expect(recordEvents(ledger, [late], { run })).rejects.toThrow('unfinished run');
});
