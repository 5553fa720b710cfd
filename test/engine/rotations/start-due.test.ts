import { expect, test } from 'vitest';
import { KeyId, RunId } from '../../../src/domain/ids.ts';
import { aRun, bob, DAY, daysAfter, HOUR, NOON } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aRotationsWorld, asks, MAY, type RotationsProcess, reports } from './rotations-world.ts';

const tomorrow = async ({ rotations }: RotationsProcess) =>
  (await rotations.request(asks({ notBefore: daysAfter(NOON, 1) }))).rotation.id;

test('two schedulers that find the same rotation begin it once (S3-10)', async () => {
  const world = await aRotationsWorld();
  const [here, there] = [await world.process(), await world.process()];
  const id = await tomorrow(here);
  world.pass(DAY);
  const both = await Promise.all([here.rotations.startDue(id), there.rotations.startDue(id)]);
  expect(both.map(({ kind }) => kind).sort()).toEqual(['started', 'taken']);
  const [run, ...more] = await here.ledger.read.runsOfKey(reports().id);
  expect(more).toEqual([]);
  expect(run).toMatchObject({ requestedBy: 'person:alice', incident: null });
  expect((await here.actions()).filter((action) => action === 'rotation_started')).toHaveLength(1);
  await Promise.all([here.queue.settle(), there.queue.settle()]);
});

test('one that was missed for three days begins once, however often it is looked at', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  world.pass(4 * DAY);
  const looks = [];
  for (let look = 0; look < 3; look++) looks.push((await rekey.rotations.startDue(id)).kind);
  expect(looks).toEqual(['started', 'taken', 'taken']);
  await rekey.queue.settle();
});

test('nothing begins before its time', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  world.pass(DAY - 1);
  expect(await rekey.rotations.startDue(id)).toEqual({ kind: 'waits', until: daysAfter(NOON, 1) });
  expect(await rekey.rotation({ id })).toMatchObject({ state: 'scheduled' });
});

test('a freeze that was declared since is kept', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  world.setPolicy({ ...MAY, freezes: [{ name: 'release', from: '2027-03-11T08:00', to: '2027-03-12T18:00' }] });
  world.pass(DAY);
  expect(await rekey.rotations.startDue(id)).toEqual({ kind: 'waits', until: new Date('2027-03-12T17:00:00Z') });
  world.pass(2 * DAY);
  expect((await rekey.rotations.startDue(id)).kind).toBe('started');
  await rekey.queue.settle();
});

test('one that comes late waits for the next window', async () => {
  const world = await aRotationsWorld();
  world.setRule({ windows: [{ days: ['thu'], from: '12:00', to: '14:00' }] });
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  world.pass(DAY + 3 * HOUR);
  expect(await rekey.rotations.startDue(id)).toEqual({ kind: 'waits', until: new Date('2027-03-18T11:00:00Z') });
});

test('one whose key was revoked meanwhile ends with the reason', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  await recordEvents(rekey.ledger, [{ type: 'key_revoked', key: reports().id, replacedBy: null }]);
  world.pass(DAY);
  const why = 'reports-prod v1 is revoked, which is final. Generate a new key under another name.';
  expect(await rekey.rotations.startDue(id)).toEqual({ kind: 'ended', why });
  expect(await rekey.rotation({ id })).toMatchObject({ state: 'failed', why });
});

test('one whose connector would be left without a second admin key meanwhile ends with the reason', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const admin = (name: string) =>
    reports({
      id: KeyId.parse(`key-${name}`),
      slug: name,
      digest: name.padEnd(64, '0'),
      externalRef: name,
      provider: 'stoa',
      administers: 'stoa',
    });
  const issued = [admin('own'), admin('second')].map((key) => ({ type: 'key_issued', key }) as const);
  await recordEvents(rekey.ledger, issued);
  const { rotation } = await rekey.rotations.request(asks({ key: 'own', notBefore: daysAfter(NOON, 1) }));
  await recordEvents(rekey.ledger, [{ type: 'key_suspended', key: KeyId.parse('key-second'), reason: 'odd calls' }]);
  world.pass(DAY);
  expect((await rekey.rotations.startDue(rotation.id)).kind).toBe('ended');
  expect(await rekey.rotation(rotation)).toMatchObject({ why: expect.stringContaining('no other admin key of stoa') });
});

test('one that an emergency took the place of does not begin', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  await rekey.rotations.request(asks({ ...from(bob), mode: 'exploited' }));
  world.pass(DAY);
  expect(await rekey.rotations.startDue(id)).toEqual({ kind: 'taken' });
  await rekey.queue.settle();
});

test('while its runbook cannot be read it waits for whoever mends that', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  world.pass(DAY);
  world.setFileHash(null);
  await expect(rekey.rotations.startDue(id)).rejects.toMatchObject({ code: 'unknown_runbook' });
  expect(await rekey.rotation({ id })).toMatchObject({ state: 'scheduled' });
  world.setFileHash('a'.repeat(64));
  expect((await rekey.rotations.startDue(id)).kind).toBe('started');
  await rekey.queue.settle();
});

test('to whom the new key goes is remembered until it begins', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const asked = asks({ notBefore: daysAfter(NOON, 1), deliver: { to: 'claim', recipient: 'group:security' } });
  const { rotation } = await rekey.rotations.request(asked);
  world.pass(DAY);
  await rekey.rotations.startDue(rotation.id);
  const [run] = await rekey.ledger.read.runsOfKey(reports().id);
  expect(run?.inputs).toMatchObject({ deliver_to: 'claim', recipient: 'group:security' });
  await rekey.queue.settle();
});

test('one whose key another run works on waits for the end of that run', async () => {
  const world = await aRotationsWorld();
  const rekey = await world.process();
  const id = await tomorrow(rekey);
  const other = aRun({ id: RunId.parse('run-other'), key: reports().id, incident: null });
  await recordEvents(rekey.ledger, [{ type: 'run_started', run: other }]);
  world.pass(DAY);
  expect((await rekey.rotations.startDue(id)).kind).toBe('waits');
  await recordEvents(rekey.ledger, [
    { type: 'run_finished', run: other.id, outcome: 'succeeded', why: 'every step ended' },
  ]);
  expect((await rekey.rotations.startDue(id)).kind).toBe('started');
  await rekey.queue.settle();
});
