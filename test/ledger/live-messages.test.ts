import { expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { RunId, StepId } from '../../src/domain/ids.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { anAsk, anIncident, aRun, aStep, carol, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const incident = anIncident().id;
const run = aRun().id;
const about = { incident, run };
const CHILD = RunId.parse('run-child');
const FAN = StepId.parse('fan');
const later = (seconds: number) => new Date(NOON.getTime() + seconds * 1_000);
let stamp = 0;

async function aLedgerInSlack(events: LedgerEvent[]) {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file, () => NOON);
  await recordEvents(ledger, [...BEGINNING, ...events], about);
  await post(ledger);
  return { file, ledger, outbox: ledger.outbox };
}

/** Everything that is due stands in Slack now, as it is. */
async function post({ outbox }: Ledger, redrawAt: Date | null = null): Promise<void> {
  for (let due = await outbox.due(later(60), 50); due.length > 0; due = await outbox.due(later(60), 50))
    for (const message of due) {
      stamp += 1;
      const at = { channel: message.ts === null ? 'C0INCIDENTS' : message.channel, ts: message.ts ?? `1.${stamp}` };
      await outbox.sent(message, { ...at, version: message.version, redrawAt });
    }
}

const surfaces = async ({ outbox }: Ledger, at = later(60)) =>
  (await outbox.due(at, 50)).map(({ surface }) => surface).sort();

test('a message that shows a deadline is drawn again when that passes, and only then', async () => {
  const { ledger, outbox } = await aLedgerInSlack([]);
  const message = await outbox.find('run', run);
  if (message === null) throw new Error('no message');
  await outbox.sent(message, { channel: 'C0INCIDENTS', ts: '1.2', version: message.version, redrawAt: later(90) });
  expect(await outbox.nextDue()).toEqual(later(90));
  expect(await surfaces(ledger, later(89))).toEqual([]);
  expect(await surfaces(ledger, later(90))).toEqual(['run']);
  await outbox.sent(message, { channel: 'C0INCIDENTS', ts: '1.2', version: message.version });
  expect(await surfaces(ledger, later(999))).toEqual([]);
});

test('what changes before the deadline is shown at once, and once', async () => {
  const { ledger, outbox } = await aLedgerInSlack([]);
  const message = await outbox.find('run', run);
  if (message === null) throw new Error('no message');
  await outbox.sent(message, { channel: 'C0INCIDENTS', ts: '1.2', version: message.version, redrawAt: later(5) });
  await recordEvents(ledger, [{ type: 'run_paused', run, reason: 'a freeze' }], about);
  expect((await outbox.due(later(60), 50)).filter(({ surface }) => surface === 'run')).toHaveLength(1);
});

test.each<[string, LedgerEvent]>([
  ['is cancelled', { type: 'run_cancel_requested', run, reason: 'wrong key' }],
  ['ends', { type: 'run_finished', run, outcome: 'failed', why: 'no' }],
  ['stops', { type: 'run_stopped', run, outcome: 'failed', why: 'no' }],
  ['does the step again', { type: 'steps_reset', run, records: [], reason: 'again' }],
  [
    'goes on without the answer, whose time has passed',
    { type: 'step_recorded', run, record: aStep('asked', { state: 'failed', error: 'late' }) },
  ],
])('the question of a run that %s is drawn again wherever it stands', async (_what, event) => {
  const { ledger } = await aLedgerInSlack([
    { type: 'ask_opened', ask: anAsk() },
    { type: 'ask_reminded', ask: anAsk().id, nth: 1, people: [carol] },
  ]);
  expect(await surfaces(ledger)).toEqual([]);
  await recordEvents(ledger, [event], about);
  expect(await surfaces(ledger)).toEqual(expect.arrayContaining(['ask', 'ask_dm', 'ask_reminder', 'run']));
});

test('of the runs of an incident only the outermost have a message, however many those start', async () => {
  const { ledger } = await aLedgerInSlack([]);
  const child = (index: number) => aRun({ id: RunId.parse(`run-1-fan-1-${index}`), parent: { run, step: FAN } });
  const started = Array.from({ length: 30 }, (_, index) => ({ type: 'run_started', run: child(index) }) as const);
  await recordEvents(ledger, started, about);
  expect(await surfaces(ledger)).not.toContain('run');
  await recordEvents(ledger, [{ type: 'ask_opened', ask: anAsk({ run: child(0).id }) }], about);
  expect(await surfaces(ledger)).toEqual(expect.arrayContaining(['ask', 'ask_dm']));
  await recordEvents(ledger, [{ type: 'run_finished', run: child(1).id, outcome: 'failed', why: 'no' }], about);
  expect(await surfaces(ledger)).toContain('run_failed');
});

test.each<[string, LedgerEvent]>([
  ['is paused', { type: 'run_paused', run: CHILD, reason: 'a freeze' }],
  ['ends', { type: 'run_finished', run: CHILD, outcome: 'succeeded', why: 'done' }],
  ['goes on', { type: 'step_recorded', run: CHILD, record: aStep('go', { state: 'done', outputs: {} }) }],
])('a run that was started by another one and %s shows that in the message of that one', async (_what, event) => {
  const child = aRun({ id: CHILD, parent: { run, step: FAN } });
  const { ledger, outbox } = await aLedgerInSlack([{ type: 'run_started', run: child }]);
  await recordEvents(ledger, [event], { incident, run: CHILD });
  expect((await outbox.due(later(60), 50)).map(({ subject }) => subject)).toContain(run);
});

test('after a restart everything is drawn again that people may still press on, and nothing else', async () => {
  const { ledger, outbox } = await aLedgerInSlack([{ type: 'ask_opened', ask: anAsk() }]);
  await outbox.redrawOpen();
  expect(await surfaces(ledger)).toEqual(['ask', 'ask_dm', 'incident', 'run']);
  await post(ledger);
  await recordEvents(ledger, [{ type: 'run_finished', run, outcome: 'succeeded', why: 'done' }], about);
  await post(ledger);
  await outbox.redrawOpen();
  expect(await surfaces(ledger)).toEqual(['incident']);
});

test('a run that was asked for in Slack has one message there; without a channel the team has it', async () => {
  const asked = aRun({ id: RunId.parse('run-asked'), incident: null, openRuns: 'any' });
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file, () => NOON);
  const places = () =>
    rawLedger(file).prepare<[], { address: string }>("select address from messages where surface = 'run'").all();
  const started = { type: 'run_started', run: asked } as const;
  await recordEvents(ledger, [...BEGINNING.filter(({ type }) => type === 'key_issued'), started], {});
  expect(places()).toEqual([]);
  const here = { channel: 'C0OPS', thread: '7.1' };
  await recordEvents(ledger, [{ type: 'run_started', run: { ...asked, id: RunId.parse('run-2') }, askedIn: here }], {});
  await recordEvents(
    ledger,
    [{ type: 'run_started', run: { ...asked, id: RunId.parse('run-3') }, askedIn: { channel: null, thread: null } }],
    {},
  );
  expect(places()).toEqual([{ address: 'asked:C0OPS:7.1' }, { address: 'team' }]);
  expect(await ledger.outbox.shownAt({ channel: 'C0OPS', ts: '7.1' })).toEqual([{ surface: 'run', subject: 'run-2' }]);
});

test('what stands in a thread is found by its first message', async () => {
  const { ledger, outbox } = await aLedgerInSlack([{ type: 'ask_opened', ask: anAsk() }]);
  const first = await outbox.find('incident', incident);
  if (first?.ts == null) throw new Error('no message');
  const found = await ledger.outbox.shownAt({ channel: 'C0INCIDENTS', ts: first.ts });
  expect(found.map(({ surface }) => surface).sort()).toEqual(['ask', 'incident', 'run']);
});
