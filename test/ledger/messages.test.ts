import { expect, test } from 'vitest';
import { IncidentId } from '../../src/domain/ids.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { OutgoingMessage } from '../../src/ledger/outbox.ts';
import { anApproval, anAsk, anIncident, aRun, aStep, bob, carol, minutesAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';

const incident = anIncident().id;
const run = aRun().id;
const about = { incident, run };
const seconds = (n: number) => new Date(NOON.getTime() + n * 1_000);

async function aLedgerThatTells(now: () => Date = () => NOON) {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file, now);
  await recordEvents(ledger, BEGINNING, about);
  return { file, ledger, outbox: ledger.outbox };
}

async function post({ outbox }: Ledger, message: OutgoingMessage, ts: string): Promise<void> {
  await outbox.begin(message);
  await outbox.sent(message, { channel: 'C0INCIDENTS', ts, version: message.version });
}

async function only({ outbox }: Ledger, surface: string, at = NOON): Promise<OutgoingMessage> {
  const found = (await outbox.due(at, 50)).filter((message) => message.surface === surface);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} messages ${surface} are due`);
  return found[0];
}

const progress = (n: number) =>
  ({ type: 'step_recorded', run, record: aStep(`s${n}`, { state: 'done', outputs: {} }) }) as const;

test('a fact makes one message, however often it is told (S3-09)', async () => {
  const { file, ledger } = await aLedgerThatTells();
  await recordEvents(
    ledger,
    [
      { type: 'approval_requested', approval: anApproval() },
      { type: 'ask_opened', ask: anAsk() },
    ],
    about,
  );
  for (let n = 0; n < 5; n++) await recordEvents(ledger, [progress(n)], about);
  await recordEvents(
    ledger,
    [
      { type: 'incident_recovered', incident },
      { type: 'incident_recovered', incident },
    ],
    about,
  );
  const rows = rawLedger(file).prepare('select surface, address from messages order by surface, address').all();
  expect(rows).toEqual([
    { surface: 'approval', address: 'channel:C0INCIDENTS' },
    { surface: 'approval_dm', address: `person:${bob}` },
    { surface: 'approval_dm', address: `person:${carol}` },
    { surface: 'ask', address: 'thread:C0INCIDENTS' },
    { surface: 'ask_dm', address: `person:${carol}` },
    { surface: 'incident', address: 'channel:C0INCIDENTS' },
    { surface: 'recovered', address: 'channel:C0INCIDENTS' },
    { surface: 'run', address: 'thread:C0INCIDENTS' },
  ]);
});

test('a reply waits until the message that it answers is there', async () => {
  const { ledger } = await aLedgerThatTells();
  expect((await ledger.outbox.due(NOON, 50)).map((message) => message.surface)).toEqual(['incident']);
  await post(ledger, await only(ledger, 'incident'), '1.1');
  const reply = await only(ledger, 'run');
  expect(reply.thread).toEqual({ channel: 'C0INCIDENTS', ts: '1.1' });
});

test('many changes within a second become one edit that shows the last of them', async () => {
  const { ledger, outbox } = await aLedgerThatTells();
  await post(ledger, await only(ledger, 'incident'), '1.1');
  await post(ledger, await only(ledger, 'run'), '1.2');
  expect(await outbox.due(seconds(60), 50)).toEqual([]);
  for (let n = 0; n < 30; n++) await recordEvents(ledger, [progress(n)], about);
  expect(await outbox.due(seconds(0.9), 50)).toEqual([]);
  expect(await outbox.nextDue()).toEqual(seconds(1));
  const edit = await only(ledger, 'run', seconds(1));
  expect(edit.ts).toBe('1.2');
  expect(edit.version - edit.sentVersion).toBe(30);
  await post(ledger, edit, '1.2');
  expect((await outbox.due(seconds(60), 50)).filter((one) => one.surface === 'run')).toEqual([]);
});

test('what changes while a message is being sent is shown by the next edit', async () => {
  const { ledger, outbox } = await aLedgerThatTells();
  const message = await only(ledger, 'incident');
  await outbox.begin(message);
  await recordEvents(ledger, [progress(1)], about);
  await outbox.sent(message, { channel: 'C0INCIDENTS', ts: '1.1', version: message.version });
  expect((await only(ledger, 'incident', seconds(1))).ts).toBe('1.1');
});

test('a post whose answer never came stays "sending" over a failure and a restart', async () => {
  const { file, ledger, outbox } = await aLedgerThatTells();
  await outbox.begin(await only(ledger, 'incident'));
  await outbox.failed(await only(ledger, 'incident'), { error: 'timeout', retryAt: minutesAfter(NOON, 1) });
  await ledger.close();
  const again = await anOpenLedger(file);
  expect(await again.outbox.due(seconds(59), 50)).toEqual([]);
  expect(await only(again, 'incident', minutesAfter(NOON, 1))).toMatchObject({ sending: true, attempts: 1, ts: null });
});

test('a message that Slack will never take is kept and not tried again', async () => {
  const { ledger, outbox } = await aLedgerThatTells();
  await post(ledger, await only(ledger, 'incident'), '1.1');
  await outbox.giveUp(await only(ledger, 'run'), 'is_archived');
  await recordEvents(ledger, [progress(1)], about);
  expect((await outbox.due(minutesAfter(NOON, 99), 50)).map((message) => message.surface)).toEqual(['incident']);
});

test('a reminder of an approval is written anew once it is decided', async () => {
  const { ledger, outbox } = await aLedgerThatTells();
  const approval = anApproval().id;
  await recordEvents(
    ledger,
    [
      { type: 'approval_requested', approval: anApproval() },
      { type: 'approval_reminded', approval, number: 1, people: [bob] },
    ],
    about,
  );
  await post(ledger, await only(ledger, 'approval_reminder'), '1.9');
  expect((await outbox.due(seconds(9), 50)).map(({ surface }) => surface)).not.toContain('approval_reminder');
  await recordEvents(ledger, [{ type: 'approval_decided', approval, outcome: 'approved' }], about);
  expect(await only(ledger, 'approval_reminder', seconds(9))).toMatchObject({ ts: '1.9' });
});

test('the message that shows something is found once it stands in Slack', async () => {
  const { ledger, outbox } = await aLedgerThatTells();
  expect(await outbox.find('incident', incident)).toBeNull();
  await post(ledger, await only(ledger, 'incident'), '1.1');
  expect(await outbox.find('incident', incident)).toMatchObject({ channel: 'C0INCIDENTS', ts: '1.1' });
});

test('the same request comes in once, and what was not handled is there after a restart', async () => {
  const file = aLedgerFile();
  const ledger = await anOpenLedger(file);
  const inbound = (id: string) => ({
    id,
    kind: 'slack:command',
    payload: '{"text":"payments-prod"}',
    receivedAt: NOON,
  });
  const answers = await Promise.all(Array.from({ length: 10 }, () => ledger.inbox.accept(inbound('slack:1'))));
  expect(answers.filter((answer) => answer === 'new')).toHaveLength(1);
  await ledger.inbox.accept(inbound('slack:2'));
  await ledger.inbox.handled('slack:2', NOON);
  expect(await ledger.inbox.accept(inbound('slack:2'))).toBe('seen');
  await ledger.close();
  const again = await anOpenLedger(file);
  expect(await again.inbox.unhandled('slack:')).toEqual([inbound('slack:1')]);
  expect(await again.inbox.unhandled('hook:')).toEqual([]);
});

test('a payload that could not be kept whole is refused instead of being cut', async () => {
  const ledger = await anOpenLedger();
  const payload = JSON.stringify({ text: 'ü'.repeat(40_000) });
  const refused = ledger.inbox.accept({ id: 'slack:1', kind: 'slack:command', payload, receivedAt: NOON });
  await expect(refused).rejects.toMatchObject({ code: 'payload_too_large' });
  expect(await ledger.inbox.unhandled('slack:')).toEqual([]);
});

test('a channel with much to say takes only its share, and what is held is not even looked at', async () => {
  const { ledger } = await aLedgerThatTells();
  for (const surface of ['incident', 'run']) await post(ledger, await only(ledger, surface), `0.${surface.length}`);
  const opened = (id: string, channel: string) =>
    ({ type: 'incident_opened', incident: anIncident({ id: IncidentId.parse(id), channel }) }) as const;
  const many = Array.from({ length: 30 }, (_, index) => opened(`inc-busy-${index}`, 'C0BUSY'));
  await recordEvents(ledger, [...many, opened('inc-quiet', 'C0QUIET')], {});
  const channels = async (limit: number, lanes?: { team: string; held: readonly string[] }) =>
    (await ledger.outbox.due(NOON, limit, lanes)).map(({ lane }) => lane);
  const due = await channels(500);
  expect(due.filter((lane) => lane === 'C0BUSY').length).toBeLessThan(30);
  expect(due).toContain('C0QUIET');
  expect(await channels(3)).toEqual(['C0BUSY', 'C0BUSY', 'C0QUIET']);
  expect(await channels(500, { team: 'team', held: ['C0BUSY'] })).toEqual(['C0QUIET']);
});

test('what is meant for the team is held with the channel that the team reads', async () => {
  const ledger = await anOpenLedger(aLedgerFile(), () => NOON);
  const alarm = { id: 'alm-1', kind: 'clock_jump', key: null, sentence: 'm', raisedAt: NOON } as const;
  await recordEvents(ledger, [{ type: 'alarm_raised', alarm }], {});
  const lanes = async (held: readonly string[]) =>
    (await ledger.outbox.due(NOON, 9, { team: 'C0TEAM', held })).map(({ lane }) => lane);
  expect(await lanes([])).toEqual(['C0TEAM']);
  expect(await lanes(['C0TEAM'])).toEqual([]);
});

test('what has only grown old in a channel that is held delays nothing that has grown old elsewhere', async () => {
  const { ledger } = await aLedgerThatTells();
  for (const surface of ['incident', 'run']) await post(ledger, await only(ledger, surface), `0.${surface.length}`);
  const opened = (id: string, channel: string) =>
    ({ type: 'incident_opened', incident: anIncident({ id: IncidentId.parse(id), channel }) }) as const;
  const many = Array.from({ length: 30 }, (_, index) => opened(`inc-held-${index}`, 'C0HELD'));
  await recordEvents(ledger, [opened('inc-quiet', 'C0QUIET'), ...many], {});
  let posted = 0;
  for (let due = await ledger.outbox.due(seconds(1), 50); due.length > 0; due = await ledger.outbox.due(seconds(1), 50))
    for (const message of due) {
      posted += 1;
      const at = { channel: message.channel, ts: `1.${posted}`, version: message.version };
      await ledger.outbox.sent(message, { ...at, redrawAt: seconds(60) });
    }
  const due = await ledger.outbox.due(seconds(60), 500, { team: 'team', held: ['C0HELD'] });
  expect(due.map(({ subject }) => subject)).toEqual(['inc-quiet']);
});
