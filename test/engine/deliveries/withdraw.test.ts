import { describe, expect, test } from 'vitest';
import { PersonId } from '../../../src/domain/ids.ts';
import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { alice } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { aNoticesWorld } from './notices-world.ts';

const MINUTE = 60_000;
const dave = PersonId.parse('dave');

describe('an approved notice that has not left yet', () => {
  test('is withdrawn by who may notify, and then never leaves', async () => {
    const { approve, deliveries, settling, sender, states, mail, receiver, process, id, world } = await aNoticesWorld();
    await approve();
    const [dispatch] = (await deliveries()).map((one) => one.dispatch);
    if (dispatch === undefined) throw new Error('nothing was queued');
    const wanted = { dispatch, reason: 'it names the wrong key' };
    expect(await settling.withdraw({ ...from(alice), ...wanted })).toBe(2);
    world.pass(5 * MINUTE);
    expect(await sendDue(sender)).toBe(0);
    expect([await states(), mail.raw, receiver.received]).toEqual([
      { mail: 'withdrawn', webhook: 'withdrawn' },
      [],
      [],
    ]);
    const run = await process.play(id);
    expect(run.steps.tell).toMatchObject({ state: 'done', outputs: { told: [], pending: [] } });
    await expect(settling.withdraw({ ...from(alice), ...wanted })).rejects.toThrow('nothing of it is left to withdraw');
  });

  test('stays for somebody who may not notify, and wants a reason', async () => {
    const { approve, deliveries, settling, states } = await aNoticesWorld();
    await approve();
    const [dispatch] = (await deliveries()).map((one) => one.dispatch);
    if (dispatch === undefined) throw new Error('nothing was queued');
    await expect(settling.withdraw({ ...from(dave), dispatch, reason: 'no' })).rejects.toThrow('may not notify');
    await expect(settling.withdraw({ ...from(alice), dispatch, reason: ' ' })).rejects.toThrow();
    expect(await states()).toEqual({ mail: 'queued', webhook: 'queued' });
  });

  test('does not leave when its run is cancelled', async () => {
    const { approve, sender, process, id, states, mail } = await aNoticesWorld();
    await approve();
    await process.engine.cancel(id, { ...from(alice), reason: 'wrong key' });
    expect(await states()).toEqual({ mail: 'withdrawn', webhook: 'withdrawn' });
    expect(await sendDue(sender)).toBe(0);
    expect(mail.raw).toEqual([]);
  });
});
