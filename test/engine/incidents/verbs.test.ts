import { describe, expect, test } from 'vitest';
import { pointCode } from '../../../src/domain/gate-point.ts';
import { IncidentId, PersonId } from '../../../src/domain/ids.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { openIncidents } from '../../../src/engine/incidents/open-incidents.ts';
import { remindOfUpdates } from '../../../src/engine/incidents/remind.ts';
import { openPepper } from '../../../src/providers/pepper.ts';
import { Secret } from '../../../src/secret.ts';
import { aKey, aNotice, aPolicy, minutesAfter, NOON } from '../../support/builders.ts';
import { anEngineWorld } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';

let nonce = 0;

async function anOffice(policy: Partial<Policy> = {}) {
  const world = await anEngineWorld();
  const everybody = ['alice', 'bob', 'carol'];
  const may = { declare: ['alice', 'bob'], close: ['bob'], read: everybody, rotate: everybody };
  const rules = aPolicy({ may, ...policy });
  world.setPolicy(rules);
  const rekey = await world.open();
  const pepper = openPepper('p1', Buffer.alloc(32, 1));
  const incidents = openIncidents({ ...rekey.deps, pepper });
  const by = (person: string, id = `${++nonce}`) =>
    ({ actor: `person:${PersonId.parse(person)}`, channel: 'cli', dedupe: { source: 'test', id } }) as const;
  const declare = async (more: object = {}) => {
    const asked = {
      title: 'odd calls',
      severity: null,
      key: 'payments-prod',
      what: 'seen',
      happenedAt: NOON,
      from: null,
    };
    return (await incidents.declare({ ...by('alice'), ...asked, ...more })).incident;
  };
  const { ledger } = rekey;
  return { world, rekey, rules, pepper, incidents, by, declare, ledger, read: ledger.read };
}

describe('what people do with an incident', () => {
  test('is in the tables as the audit tells it, to the last version of a note', async () => {
    const { incidents, declare, by, ledger, read } = await anOffice({
      incidents: { ...aPolicy().incidents, channel_from: 'SEV2' },
    });
    const incident = await declare();
    const on = (person: string) => ({ ...by(person), incident });
    await incidents.giveRole({ ...on('alice'), role: 'commander', person: 'bob', reason: '' });
    await incidents.giveRole({ ...on('bob'), role: 'commander', person: 'alice', reason: 'off shift' });
    await incidents.setSeverity({ ...on('alice'), severity: 'SEV1', reason: 'customers see it' });
    await incidents.postStatus({ ...on('alice'), conditions: 'checkout is down' });
    const source = { channel: 'C0', ts: '1.0' };
    const pin = { words: 'it is back', saidBy: null, source, happenedAt: NOON };
    await incidents.pin({ ...on('alice'), ...pin, by: PersonId.parse('alice') });
    await incidents.reword({ ...by('bob'), source, words: 'it is back for all', by: 'bob', trusted: true });
    await incidents.reword({ ...by('bob'), source, words: 'nothing was', by: 'U0GINA', trusted: false });
    await incidents.unpin({ ...on('alice'), source, by: PersonId.parse('alice') });
    const [point = ''] = await incidents.gate(incident);
    await incidents.waive({ ...on('bob'), point, reason: 'a drill' });
    await incidents.roomMade(incident, { name: 'inc-0310-payments-prod-2', channel: 'C0ROOM' });
    await incidents.roomLost(incident, 'it was archived');
    expect(await ledger.verifyTables()).toMatchObject({ whole: true });
    expect((await ledger.verifyAudit()).whole).toBe(true);
    expect(await read.rolesOf(incident)).toMatchObject([{ role: 'commander', person: 'alice', number: 2 }]);
    expect(await read.statusesOf(incident)).toMatchObject([{ number: 1, conditions: 'checkout is down' }]);
    expect((await read.notesOf(incident)).map(({ words }) => words)).toEqual(['seen']);
    expect(await read.incidentAt({ channel: 'C0ROOM', thread: null })).toBe(incident);
  });

  test('happens once for one request, however often it comes', async () => {
    const { incidents, declare, by, read } = await anOffice();
    const incident = await declare();
    const request = { ...by('alice', 'once'), incident, words: 'the cache was cleared', happenedAt: NOON };
    await incidents.note(request);
    await incidents.note(request);
    expect((await read.notesOf(incident)).filter(({ words }) => words === request.words)).toHaveLength(1);
  });

  test('is refused, and the refusal is on record, for whoever may not', async () => {
    const { incidents, declare, by, read } = await anOffice();
    const incident = await declare();
    await expect(incidents.close({ ...by('alice'), incident })).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(
      incidents.giveRole({ ...by('carol'), incident, role: 'scribe', person: 'bob', reason: '' }),
    ).rejects.toThrow('carol may not declare or change incidents. Who may: alice, bob.');
    const [line] = await read.audit({ limit: 1 });
    expect(line).toMatchObject({ action: 'request_refused', actor: 'person:carol' });
  });

  test.each([
    ['a key in a note', { words: `rekey_live_${'A'.repeat(16)}_${'b'.repeat(43)}` }, 'secret_in_text'],
    ['nothing', { words: '  ' }, 'nothing_said'],
    ['something that lies ahead', { words: 'it will end', happenedAt: minutesAfter(NOON, 90) }, 'bad_time'],
    ['another incident than there is', { words: 'x', incident: IncidentId.parse('inc-nobody') }, 'unknown_incident'],
  ])('cannot be %s', async (_what, wrong, code) => {
    const { incidents, declare, by } = await anOffice();
    const request = { ...by('alice'), incident: await declare(), happenedAt: NOON, ...wrong };
    await expect(incidents.note(request)).rejects.toMatchObject({ code });
  });
});

describe('a message that is on two timelines', () => {
  async function onTwo() {
    const office = await anOffice();
    const { by, declare, incidents, read } = office;
    const source = { channel: 'C0', ts: '1.0' };
    const from = { ...source, saidBy: null };
    const first = await declare({ from });
    const second = await declare({ key: null, title: 'another' });
    const pin = { words: 'seen there', saidBy: null, source, happenedAt: NOON, by: PersonId.parse('bob') };
    const noted = await incidents.pin({ ...by('bob'), incident: second, ...pin });
    const wordsOf = async (incident: IncidentId) =>
      (await read.notesOf(incident)).filter((one) => one.source !== null).map(({ words }) => words);
    return { ...office, source, first, second, noted, wordsOf };
  }

  test('is a note of each, and who takes it from one leaves the other', async () => {
    const { incidents, by, source, first, second, noted, wordsOf } = await onTwo();
    expect(noted).toMatchObject({ incident: second, version: 1 });
    expect([await wordsOf(first), await wordsOf(second)]).toEqual([['seen'], ['seen there']]);
    await incidents.unpin({ ...by('bob'), incident: second, source, by: PersonId.parse('bob') });
    expect([await wordsOf(first), await wordsOf(second)]).toEqual([['seen'], []]);
  });

  test('is changed on both when it is changed where it stands, and no more on one that is closed', async () => {
    const { incidents, by, source, first, second, wordsOf, read, world } = await onTwo();
    const change = { ...by('bob'), source, by: 'bob', trusted: true };
    await incidents.reword({ ...change, words: 'seen by all' });
    expect([await wordsOf(first), await wordsOf(second)]).toEqual([['seen by all'], ['seen by all']]);
    for (const point of await incidents.gate(second))
      await incidents.waive({ ...by('bob'), incident: second, point, reason: 'a drill' });
    world.pass(60_000);
    await incidents.reword({ ...change, ...by('bob'), words: 'seen by nobody' });
    expect([await wordsOf(first), await wordsOf(second)]).toEqual([['seen by nobody'], ['seen by all']]);
    expect((await read.notesOf(second)).map(({ alteredBy }) => alteredBy)).toContain('bob');
    await expect(
      incidents.unpin({ ...by('bob'), incident: second, source, by: PersonId.parse('bob') }),
    ).rejects.toMatchObject({ code: 'incident_closed' });
  });
});

describe('declaring what is open for that key already', () => {
  test('makes it as grave as it is said to be, with what was said as the reason, and keeps the title', async () => {
    const { incidents, by, declare, read } = await anOffice({
      incidents: { ...aPolicy().incidents, channel_from: 'SEV1' },
    });
    const incident = await declare({ severity: 'SEV3' });
    const again = {
      title: 'cards are declined',
      key: 'payments-prod',
      what: 'every shop',
      happenedAt: NOON,
      from: null,
    };
    const graver = await incidents.declare({ ...by('bob'), ...again, severity: 'SEV1' });
    expect(graver).toEqual({ kind: 'joined', incident, severity: 'SEV1', wasRaised: true });
    expect((await read.incident(incident))?.severity).toBe('SEV1');
    expect(await read.roomOf(incident)).toMatchObject({ state: 'wanted' });
    expect((await read.notesOf(incident)).map(({ words }) => words)).toContain('cards are declined: every shop');
    const lines = await read.audit({ incident, limit: 10 });
    expect(lines.find(({ action }) => action === 'incident_severity_changed')?.details).toContain('every shop');
    const milder = await incidents.declare({ ...by('bob'), ...again, severity: 'SEV2' });
    expect(milder).toMatchObject({ severity: 'SEV1', wasRaised: false });
    expect((await read.incident(incident))?.severity).toBe('SEV1');
  });
});

describe('the gate', () => {
  test('keeps an incident open until each point is done or let go, and is open again after it was opened again', async () => {
    const { incidents, declare, by, read } = await anOffice();
    const incident = await declare();
    const first = await incidents.close({ ...by('bob'), incident });
    expect(first.closed).toBe(false);
    expect(first.openPoints).toContain('The post-incident summary has not been posted.');
    for (const point of first.openPoints)
      await incidents.waive({ ...by('bob'), incident, point: pointCode(point), reason: 'a drill' });
    expect((await read.incident(incident))?.closedAt).not.toBeNull();
    await expect(
      incidents.setSeverity({ ...by('bob'), incident, severity: 'SEV1', reason: 'x' }),
    ).rejects.toMatchObject({
      code: 'incident_closed',
    });
    await incidents.reopen({ ...by('bob'), incident, reason: 'it happened again' });
    expect((await read.incident(incident))?.closedAt).toBeNull();
  });

  test('asks for everything again once it was opened again, and the same point can be let go again', async () => {
    const { incidents, declare, by, read, ledger, world } = await anOffice();
    const incident = await declare();
    const waiveAll = async () => {
      for (const point of await incidents.gate(incident))
        await incidents.waive({ ...by('bob'), incident, point, reason: 'a drill' });
    };
    const before = await incidents.gate(incident);
    await waiveAll();
    world.pass(60_000);
    await incidents.reopen({ ...by('bob'), incident, reason: 'it happened again' });
    expect(await incidents.gate(incident)).toEqual(before);
    expect((await incidents.close({ ...by('bob'), incident })).closed).toBe(false);
    expect(await read.waiversOf(incident)).toEqual([]);
    await waiveAll();
    expect((await read.incident(incident))?.closedAt).not.toBeNull();
    expect(await ledger.verifyTables()).toMatchObject({ whole: true });
  });

  test('takes neither the summary, nor the notices, nor the recovery of the time before', async () => {
    const { incidents, declare, by, read, ledger, world } = await anOffice();
    const incident = await declare();
    const key = (await read.incident(incident))?.key ?? null;
    const told = aNotice({ incident, run: null, ...(key !== null && { key }) });
    const texts = { markdown: '# it', json: '{}' };
    await recordEvents(ledger, [
      { type: 'incident_recovered', incident },
      { type: 'notice_issued', notice: told },
      { type: 'summary_posted', incident, run: null, ...texts },
    ]);
    const missing = /works again|Nobody was told|summary has not been posted/;
    const gate = async () => (await incidents.gate(incident)).filter((point) => missing.test(point));
    expect(await gate()).toEqual([]);
    for (const point of await incidents.gate(incident))
      await incidents.waive({ ...by('bob'), incident, point, reason: 'a drill' });
    world.pass(60_000);
    await incidents.reopen({ ...by('bob'), incident, reason: 'it happened again' });
    expect(await gate()).toHaveLength(3);
  });

  test('knows no point that is not open', async () => {
    const { incidents, declare, by } = await anOffice();
    const incident = await declare();
    const waive = { ...by('bob'), incident, point: '99', reason: 'x' };
    await expect(incidents.waive(waive)).rejects.toMatchObject({ code: 'no_such_point' });
  });

  test('lets go the point that was read, and none that took its place meanwhile', async () => {
    const { incidents, declare, by, read } = await anOffice();
    const incident = await declare();
    const [first = '', second = ''] = await incidents.gate(incident);
    const waive = { ...by('bob'), incident, reason: 'a drill' };
    expect(await incidents.waive({ ...waive, point: pointCode(first).toUpperCase() })).toBe(first);
    for (const point of ['1', pointCode(first)])
      await expect(incidents.waive({ ...waive, ...by('bob'), point })).rejects.toThrow(pointCode(second));
    expect((await read.waiversOf(incident)).map(({ point }) => point)).toEqual([first]);
  });
});

test('whoever leads is asked for news, again after as long, and not once it was said or closed', async () => {
  const { incidents, declare, by, ledger, rules, read, world } = await anOffice();
  const incident = await declare();
  const look = (minutes: number) => remindOfUpdates(ledger, { policy: rules, now: minutesAfter(NOON, minutes) });
  expect(await look(59)).toBe(0);
  expect(await look(61)).toBe(1);
  expect(await look(62)).toBe(0);
  await incidents.giveRole({ ...by('alice'), incident, role: 'commander', person: 'bob', reason: '' });
  expect(await look(122)).toBe(1);
  expect((await read.updateRemindersOf(incident)).map(({ person }) => person)).toEqual(['alice', 'bob']);
  world.pass(130 * 60_000);
  await incidents.postStatus({ ...by('bob'), incident, conditions: 'it is back' });
  expect(await look(180)).toBe(0);
  expect(await look(191)).toBe(1);
});

describe('a key that was pasted', () => {
  async function pasted() {
    const office = await anOffice({
      may: { read: ['owner'], rotate: ['owner'], declare: ['alice', 'bob', 'carol'] },
    });
    const material = new Secret(`rekey_live_${'A'.repeat(16)}_${'c'.repeat(43)}`);
    const digest = office.pepper.digestOf(material.reveal());
    const key = aKey({
      id: aKey().id.replace('3', '9') as never,
      slug: 'ledger-ci',
      version: 1,
      digest,
      externalRef: 'ci',
      owner: 'alice',
    });
    await recordEvents(office.ledger, [{ type: 'key_issued', key }]);
    const compare = (person: string, ...texts: Secret[]) =>
      office.incidents.compareLeak({ ...office.by(person), material: texts });
    return { ...office, key, material, compare };
  }
  const other = new Secret('something else entirely');

  test('is found by its digest, and that somebody asked is on record without it', async () => {
    const { compare, material, key, read } = await pasted();
    expect((await compare('alice', other, material)).named.map(({ slug }) => slug)).toEqual(['ledger-ci']);
    const [line] = await read.audit({ limit: 1 });
    expect(line).toMatchObject({ action: 'leak_compared', actor: 'person:alice' });
    expect(line?.details).toContain(key.id);
    expect(line?.details).not.toContain(material.reveal());
  });

  test('is named to nobody who may neither read nor replace it; they hear whom to tell', async () => {
    const { compare, material, read } = await pasted();
    expect(await compare('carol', material)).toEqual({ named: [], others: ['alice'], tooOften: false });
    expect((await read.audit({ limit: 1 }))[0]).toMatchObject({ action: 'leak_compared', actor: 'person:carol' });
  });

  test('is compared ten times an hour and no more, for each person', async () => {
    const { compare, material, world } = await pasted();
    for (let time = 0; time < 10; time++) expect(await compare('carol', other)).toMatchObject({ tooOften: false });
    expect(await compare('carol', material)).toEqual({ named: [], others: [], tooOften: true });
    expect(await compare('alice', material)).toMatchObject({ tooOften: false });
    world.pass(3_600_000);
    expect(await compare('carol', material)).toMatchObject({ others: ['alice'] });
  });
});
