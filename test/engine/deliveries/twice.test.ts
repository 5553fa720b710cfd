import { describe, expect, test } from 'vitest';
import { RunId } from '../../../src/domain/ids.ts';
import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { alice } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aNoticesWorld } from './notices-world.ts';

const MINUTE = 60_000;

type Process = Awaited<ReturnType<typeof aNoticesWorld>>['process'];

/** The same once more, as a runbook that may run beside others. */
async function another(process: Process, first: RunId): Promise<RunId> {
  const run = { ...(await process.run(first)), id: RunId.parse('run-second'), key: null, steps: {} };
  await recordEvents(process.ledger, [{ type: 'run_started', run }], { at: process.deps.now(), actor: 'person:alice' });
  await process.queue.settle();
  return run.id;
}

describe('two notices about the same key to the same people', () => {
  test('are one: the second waits for the first, and has nothing left to say when it arrived', async () => {
    const { process, id, approve, sender, read, mail, world } = await aNoticesWorld();
    const second = await another(process, id);
    await process.play(second, () => true);
    expect(await read.dispatchesOfRun(second)).toEqual([]);
    expect(await read.openApprovalsOfRun(second)).toEqual([]);
    await approve();
    await sendDue(sender);
    world.pass(MINUTE);
    const run = await process.play(second);
    expect(run.steps.tell).toMatchObject({
      state: 'done',
      outputs: { told: ['caller:payments-worker'], approved_by: ['bob'] },
    });
    await sendDue(sender);
    expect(mail.raw).toHaveLength(1);
  });

  test('the second is asked by itself when the first was rejected or never left', async () => {
    const { process, read, id } = await aNoticesWorld();
    const second = await another(process, id);
    await process.play(second, () => true);
    await process.engine.cancel(id, { ...from(alice), reason: 'another one says it better' });
    await process.engine.advance(id);
    await process.play(
      second,
      (run) => run.steps.tell?.state === 'waiting' && run.steps.tell.waiting.kind === 'approval',
    );
    expect(await read.openApprovalsOfRun(second)).toHaveLength(1);
  });
});
