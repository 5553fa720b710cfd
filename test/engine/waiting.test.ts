import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { Plan } from '../../src/domain/plan.ts';
import { compileRunbook } from '../../src/runbook/compile.ts';
import { describeProblem } from '../../src/runbook/problem.ts';
import { assert } from '../../src/steps/assert.ts';
import { wait } from '../../src/steps/wait.ts';
import { aKey, MINUTE } from '../support/builders.ts';
import { anEngineWorld, type EngineProcess, type EngineWorld } from '../support/engine-world.ts';
import { leaseOf } from '../support/holding.ts';

/** A runbook with this one step, as the loader makes it. */
function planWith(step: string): Plan {
  const text = `runbook: R-KEY-EXPIRY
title: One step
owner: group:security
review_by: 2027-05-20
applies_to: [api_key]
inputs:
  key: { type: key }
identify: { waived: A test. }
contain: { waived: A test. }
investigate: { waived: A test. }
recover:
  - ${step}
communicate: { waived: A test. }
`;
  const compiled = compileRunbook(text, 'R-KEY-EXPIRY.yaml', [wait, assert]);
  if (compiled.kind === 'refused') throw new Error(compiled.problems.map(describeProblem).join('\n'));
  return compiled.runbook.plan;
}

async function begun(step: string): Promise<{ world: EngineWorld; rekey: EngineProcess; id: RunId }> {
  const world = await anEngineWorld(planWith(step));
  const rekey = await world.open();
  return { world, rekey, id: await rekey.begin() };
}

const calls = ({ rekey, world }: { rekey: EngineProcess; world: EngineWorld }, accepted: number) =>
  rekey.ledger.countUsage([{ key: aKey().id, caller: 'payments-worker', at: world.now(), accepted, rejected: 0 }]);

describe('a wait for a span or an instant', () => {
  test('is over at that instant and not before, holds no worker meanwhile, and survives a restart', async () => {
    const { world, rekey, id } = await begun('{ id: hold, uses: wait, with: { for: 30m } }');
    expect(leaseOf(world.file, id)).toMatchObject({ lease_owner: null, wake_at: '2027-03-10T12:30:00.000Z' });
    world.pass(30 * MINUTE - 1);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.hold?.state).toBe('waiting');
    world.pass(1);
    const next = await world.open();
    await next.engine.advance(id);
    expect((await next.run(id)).steps.hold).toMatchObject({
      state: 'done',
      outputs: { waited_until: '2027-03-10T12:30:00.000Z', holds_since: null, looked: '' },
    });
  });

  test('for an instant that is over already is no wait', async () => {
    const { rekey, id } = await begun('{ id: hold, uses: wait, with: { at: "2027-03-10T11:00:00Z" } }');
    expect(await rekey.run(id)).toMatchObject({ outcome: 'succeeded', steps: { hold: { state: 'done' } } });
  });
});

describe('a wait for a condition', () => {
  const quiet = `{ id: hold, uses: wait, with: { until: 'key.calls_last_hour == 0', deadline: 3h, check_every: 5m } }`;

  test('looks at what is true now, every so often, and goes on when it holds', async () => {
    const world = await anEngineWorld(planWith(quiet));
    const rekey = await world.open();
    await calls({ rekey, world }, 7);
    const id = await rekey.begin();
    expect((await rekey.run(id)).steps.hold).toMatchObject({
      state: 'waiting',
      waiting: { kind: 'look', everyMs: 5 * MINUTE },
    });
    expect(rekey.queue.alarms.at(-1)).toEqual({ run: id, at: new Date(world.now().getTime() + 5 * MINUTE) });
    await rekey.queue.ring(world.pass(5 * MINUTE));
    expect((await rekey.run(id)).steps.hold?.state).toBe('waiting');
    world.pass(60 * MINUTE);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.hold).toMatchObject({
      state: 'done',
      outputs: { holds_since: world.now().toISOString(), looked: 'key.calls_last_hour is 0' },
    });
  });

  test('writes nothing down for a look that shows the same again', async () => {
    const world = await anEngineWorld(planWith(quiet));
    const rekey = await world.open();
    await calls({ rekey, world }, 7);
    const id = await rekey.begin();
    const before = await rekey.ledger.read.auditHead();
    for (let look = 0; look < 5; look++) await rekey.queue.ring(world.pass(5 * MINUTE));
    expect(rekey.queue.alarms.at(-1)?.at).toEqual(new Date(world.now().getTime() + 5 * MINUTE));
    expect(await rekey.ledger.read.auditHead()).toEqual(before);
    expect((await rekey.run(id)).steps.hold?.attempts).toBe(1);
  });

  test('fails when its deadline has passed, and says what it looked at and what that was', async () => {
    const { world, rekey, id } = await begun(
      `{ id: hold, uses: wait, with: { until: 'key.replaced || key.expires_in_minutes > 100', deadline: 2h } }`,
    );
    world.pass(2 * 60 * MINUTE - 1);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.hold?.state).toBe('waiting');
    world.pass(1);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.hold).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(
        /^key\.replaced \|\| key\.expires_in_minutes > 100 did not hold by 2027-03-10 14:00:00 UTC \(deadline 2h\): key\.replaced is false, key\.expires_in_minutes is -?\d+\.$/,
      ),
    });
  });

  test('that holds at the last look has been worth it', async () => {
    const world = await anEngineWorld(planWith(quiet));
    const rekey = await world.open();
    await calls({ rekey, world }, 7);
    const id = await rekey.begin();
    world.pass(24 * 60 * MINUTE);
    await rekey.engine.advance(id);
    expect((await rekey.run(id)).steps.hold?.state).toBe('done');
  });
});

describe('assert', () => {
  test('lets the run go on where its condition holds', async () => {
    const { rekey, id } = await begun(
      `{ id: sure, uses: assert, with: { that: 'inputs.key.version == 3', message: It is v3. } }`,
    );
    expect((await rekey.run(id)).steps.sure).toMatchObject({
      state: 'done',
      outputs: { looked: 'inputs.key.version is 3' },
    });
  });

  test('stops it where it does not, with its message and what it looked at, and does not try again', async () => {
    const { rekey, id } = await begun(
      `{ id: sure, uses: assert, with: { that: 'inputs.key.version > 3', message: Ask the owner for the right key. } }`,
    );
    expect(await rekey.run(id)).toMatchObject({
      outcome: 'failed',
      steps: {
        sure: {
          attempts: 1,
          error: 'Ask the owner for the right key. (inputs.key.version > 3 does not hold: inputs.key.version is 3.)',
        },
      },
    });
  });
});
