import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../src/domain/event.ts';
import { RunId } from '../../src/domain/ids.ts';
import type { Run } from '../../src/domain/run.ts';
import { newRun } from '../../src/engine/begin.ts';
import { openRotations } from '../../src/engine/rotations/open-rotations.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { anIncident, bob, daysAfter, HOUR, NOON } from '../support/builders.ts';
import { from } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aRotationWorld, type RotationProcess, usable } from '../support/rotation-world.ts';

const runbook = (id: string, recover: string) => `runbook: ${id}
title: What a simple runbook does with a key
owner: group:security
review_by: 2027-12-01
applies_to: [api_key, passphrase]
inputs:
  key: { type: key, description: The key. }
grants: { providers: [ledger], sinks: [file] }
identify: { waived: It is known. }
contain: { waived: Nothing has leaked. }
investigate: { waived: Nothing is wrong. }
recover:
${recover}
communicate: { waived: Nobody waits for it. }
`;

const SIMPLE = runbook(
  'R-SIMPLE',
  `  - id: rotate
    uses: key.rotate
    with: { key: "\${inputs.key}", mode: MODE, reason: its time has come }`,
);
const BESIDE = runbook(
  'R-BESIDE',
  `  - parallel:
      - id: rotate
        uses: key.rotate
        with: { key: "\${inputs.key}", mode: planned, reason: its time has come }
      - id: sure
        uses: ask
        with: { question: "Still wanted?", assignee: "group:security", no: fails }
        due: 30d`,
);
const LATER = runbook(
  'R-LATER',
  `  - id: plan
    uses: schedule.rotation
    with: { key: "\${inputs.key}", WHEN, reason: not in the outage }
  - id: then
    uses: ask
    with: { question: "Done?", assignee: "group:security" }
    due: 30d`,
);

const KEY = `"\${inputs.key}"`;

async function simple({ mode = 'planned', when = 'after: 2d' } = {}) {
  const world = await aRotationWorld(
    {},
    {
      'R-SIMPLE.yaml': SIMPLE.replace('MODE', mode),
      'R-BESIDE.yaml': BESIDE,
      'R-LATER.yaml': LATER.replace('WHEN', when),
    },
  );
  const rekey = await world.open();
  return { world, rekey, rotations: openRotations(rekey.deps) };
}

async function begin(rekey: RotationProcess, id: string, { isIncident = false } = {}): Promise<RunId> {
  const key = await rekey.key(3);
  const incident = anIncident({ key: key.id });
  const run = newRun(rekey.deps, {
    runbook: id,
    inputs: { key: keyRefOf(key) },
    key,
    incident: isIncident ? incident.id : null,
    requestedBy: 'person:alice',
    reason: 'test',
  });
  const events: LedgerEvent[] = [
    ...(isIncident ? [{ type: 'incident_opened', incident } as const] : []),
    { type: 'run_started', run },
  ];
  await recordEvents(rekey.ledger, events, { at: rekey.deps.now(), actor: 'person:alice' });
  await rekey.engine.advance(run.id);
  await rekey.queue.settle();
  return run.id;
}

async function rotationNow(rekey: RotationProcess) {
  const [rotation] = await rekey.ledger.read.rotationsOf('payments-prod', 1);
  if (rotation === undefined) throw new Error('there is no rotation');
  return rotation;
}

async function childOf(rekey: RotationProcess): Promise<Run> {
  const { run } = await rotationNow(rekey);
  return rekey.run(RunId.parse(run));
}

async function openAskOf(rekey: RotationProcess, id: RunId) {
  const record = (await rekey.run(id)).steps.sure;
  const waiting = record?.state === 'waiting' && record.waiting.kind === 'ask' ? record.waiting : null;
  const ask = waiting === null ? null : await rekey.ledger.read.ask(waiting.id);
  if (ask === null) throw new Error('no question is open');
  return ask;
}

/** Until it ends or stands where the test wants it, with the queue at rest before and after. */
async function playOut(rekey: RotationProcess, id: RunId, until?: (run: Run) => boolean): Promise<Run> {
  await rekey.queue.settle();
  await rekey.play(id, until);
  await rekey.queue.settle();
  return rekey.run(id);
}

const isInGrace = (run: Run) => run.steps.gate?.state === 'waiting';

describe('key.rotate', () => {
  test('replaces the key under the run that asks, and goes on when the old one is dead', async () => {
    const { world, rekey } = await simple();
    const id = await begin(rekey, 'R-SIMPLE');
    const child = await childOf(rekey);
    expect(child).toMatchObject({
      runbook: { id: 'R-ROTATE' },
      parent: { run: id, step: 'rotate' },
      reason: 'its time has come',
    });
    await playOut(rekey, child.id);
    const run = await playOut(rekey, id);
    expect(run.outcome).toBe('succeeded');
    expect(run.steps.rotate).toMatchObject({
      outputs: {
        rotation: (await rotationNow(rekey)).id,
        replacement: { slug: 'payments-prod', version: 4 },
        outcome: 'completed',
      },
    });
    expect(await usable(world, rekey)).toEqual([4]);
  });

  test('is taken back with its run as long as the old key lives', async () => {
    const { world, rekey } = await simple();
    const id = await begin(rekey, 'R-SIMPLE');
    const child = await childOf(rekey);
    await playOut(rekey, child.id, isInGrace);
    expect(await usable(world, rekey)).toEqual([4, 3]);
    await rekey.engine.cancel(id, { ...from(bob), reason: 'not today' });
    await rekey.queue.settle();
    await playOut(rekey, child.id);
    expect((await playOut(rekey, id)).outcome).toBe('cancelled');
    expect((await rekey.run(child.id)).outcome).toBe('cancelled');
    expect(await usable(world, rekey)).toEqual([3]);
    expect(world.atItsPlace()).toBe(world.oldMaterial);
  });

  test('is not called taken back before the run of its rotation has taken everything back', async () => {
    const { world, rekey } = await simple();
    const id = await begin(rekey, 'R-SIMPLE');
    const child = await childOf(rekey);
    await playOut(rekey, child.id, isInGrace);
    rekey.queue.forgets = true;
    await rekey.engine.cancel(id, { ...from(bob), reason: 'not today' });
    await rekey.engine.advance(id);
    expect((await rekey.run(child.id)).finishedAt).toBeNull();
    expect((await rekey.run(id)).steps.rotate).toMatchObject({ state: 'waiting', undoing: { error: null } });
    rekey.queue.forgets = false;
    await playOut(rekey, child.id);
    expect((await playOut(rekey, id)).steps.rotate).toMatchObject({ state: 'undone', undoError: null });
    expect(await usable(world, rekey)).toEqual([3]);
  });

  test('stops its rotation when the run fails beside it', async () => {
    const { world, rekey } = await simple();
    const id = await begin(rekey, 'R-BESIDE');
    const child = await childOf(rekey);
    await playOut(rekey, child.id, isInGrace);
    const { token } = await openAskOf(rekey, id);
    await rekey.engine.answer(token, { ...from(bob), person: bob, yes: false, evidence: '' });
    await playOut(rekey, child.id);
    expect(await playOut(rekey, id)).toMatchObject({ outcome: 'failed', steps: { rotate: { state: 'undone' } } });
    expect(await usable(world, rekey)).toEqual([3]);
  });

  test('says what could not be taken back of its rotation, and is not called undone', async () => {
    const { rekey } = await simple();
    const id = await begin(rekey, 'R-SIMPLE');
    const child = await childOf(rekey);
    await playOut(rekey, child.id, isInGrace);
    const mint = (await rekey.run(child.id)).steps.mint;
    if (mint === undefined) throw new Error('nothing was minted');
    await recordEvents(rekey.ledger, [
      { type: 'step_recorded', run: child.id, record: { ...mint, undoError: 'no route to host' } },
    ]);
    await rekey.engine.cancel(id, { ...from(bob), reason: 'not today' });
    await playOut(rekey, child.id);
    const { steps } = await playOut(rekey, id);
    expect(steps.rotate?.state).not.toBe('undone');
    expect(steps.rotate?.undoError).toMatch(/mint .*could not be taken back: no route to host/);
  });

  test('joins the rotation that is open for the key, and leaves it alone when its own run is cancelled', async () => {
    const { rekey, rotations } = await simple();
    const { rotation } = await rotations.request({
      ...from(bob),
      key: 'payments-prod',
      mode: 'planned',
      graceHours: null,
      notBefore: new Date(NOON.getTime() + HOUR),
      reason: 'older than 90 days',
      override: null,
      deliver: { to: 'registered' },
    });
    const id = await begin(rekey, 'R-SIMPLE');
    expect((await rekey.ledger.read.rotationsOf('payments-prod', 9)).map((one) => one.id)).toEqual([rotation.id]);
    expect((await rekey.run(id)).steps.rotate).toMatchObject({ state: 'waiting', waiting: { kind: 'time' } });
    await rekey.engine.cancel(id, { ...from(bob), reason: 'not today' });
    expect((await playOut(rekey, id)).outcome).toBe('cancelled');
    expect((await rotationNow(rekey)).state).toBe('scheduled');
  });

  test('in an emergency works on the incident of its run and opens no second one', async () => {
    const { rekey } = await simple({ mode: 'suspected' });
    const id = await begin(rekey, 'R-SIMPLE', { isIncident: true });
    const child = await childOf(rekey);
    expect(child).toMatchObject({ incident: 'inc-1', inputs: { mode: 'suspected', grace_minutes: 60 } });
    expect((await rekey.actions(child.id)).filter((action) => action === 'incident_opened')).toEqual([]);
    expect((await rekey.run(id)).steps.rotate).toMatchObject({ state: 'waiting', waiting: { kind: 'run' } });
  });

  test('fails when its rotation comes to nothing, and says why', async () => {
    const { rekey } = await simple();
    const id = await begin(rekey, 'R-SIMPLE');
    const child = await childOf(rekey);
    await playOut(rekey, child.id, isInGrace);
    await rekey.engine.cancel(child.id, { ...from(bob), reason: 'the caller is not ready' });
    await playOut(rekey, child.id);
    const run = await playOut(rekey, id);
    expect(run).toMatchObject({ outcome: 'failed' });
    expect(run.steps.rotate).toMatchObject({
      error: expect.stringMatching(/of payments-prod is (rolled_back|cancelled): /),
    });
  });
});

describe('schedule.rotation', () => {
  test('puts the rotation on the calendar beside the run that asks for it', async () => {
    const { rekey } = await simple();
    const id = await begin(rekey, 'R-LATER');
    const rotation = await rotationNow(rekey);
    expect(rotation).toMatchObject({
      state: 'scheduled',
      run: null,
      requestedBy: 'person:alice',
      reason: 'not in the outage',
    });
    expect(rotation.scheduledAt.getTime()).toBeGreaterThanOrEqual(daysAfter(NOON, 2).getTime());
    expect((await rekey.run(id)).steps.plan).toMatchObject({
      outputs: { rotation: rotation.id, scheduled_run: null, at: rotation.scheduledAt.toISOString() },
    });
  });

  test('takes it off the calendar when its run is taken back', async () => {
    const { rekey } = await simple();
    const id = await begin(rekey, 'R-LATER');
    await rekey.engine.cancel(id, { ...from(bob), reason: 'not needed' });
    expect((await playOut(rekey, id)).outcome).toBe('cancelled');
    expect((await rotationNow(rekey)).state).toBe('cancelled');
  });

  test('schedules a run of a runbook that people follow, where Rekey does not replace the key itself', async () => {
    const when = `window: { from: 2027-03-12T10:00:00Z, until: 2027-03-12T14:00:00Z }, runbook: R-SIMPLE, inputs: { key: ${KEY} }`;
    const { rekey } = await simple({ when });
    const id = await begin(rekey, 'R-LATER');
    const [scheduled] = await rekey.ledger.read.scheduledRuns(9);
    expect(scheduled).toMatchObject({
      runbook: 'R-SIMPLE',
      requestedBy: 'person:alice',
      reason: 'not in the outage',
      plannedBy: { run: id, step: 'plan' },
      beginsAt: new Date('2027-03-12T10:00:00Z'),
      latestAt: new Date('2027-03-12T14:00:00Z'),
    });
    expect((await rekey.run(id)).steps.plan).toMatchObject({
      outputs: { rotation: null, scheduled_run: scheduled?.id, at: '2027-03-12T10:00:00.000Z' },
    });
    await rekey.engine.cancel(id, { ...from(bob), reason: 'not needed' });
    expect((await playOut(rekey, id)).outcome).toBe('cancelled');
    expect(await rekey.ledger.read.scheduledRuns(9)).toEqual([]);
    expect(await rekey.ledger.read.scheduledRun(scheduled?.id ?? '')).toMatchObject({ outcome: 'cancelled' });
  });

  test('is refused at load when the runbook that it names does not take such inputs', async () => {
    const { rekey } = await simple({ when: `after: 2d, runbook: R-SIMPLE, inputs: { kee: ${KEY} }` });
    await expect(begin(rekey, 'R-LATER')).rejects.toThrow('R-LATER is not loaded');
  });

  test('refuses a window that is over, and two times at once', async () => {
    const { rekey } = await simple({ when: 'window: { from: 2027-01-01T00:00:00Z, until: 2027-01-02T00:00:00Z }' });
    const run = await rekey.run(await begin(rekey, 'R-LATER'));
    expect(run.steps.plan).toMatchObject({
      error: '2027-01-02 00:00:00 UTC is over; a rotation is planned for later. Use key.rotate for now.',
    });
    await expect(
      simple({ when: 'after: 2d, at: 2027-05-20T14:00:00Z' }).then((two) => begin(two.rekey, 'R-LATER')),
    ).rejects.toThrow('R-LATER is not loaded');
  });
});
