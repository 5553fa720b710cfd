import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../../src/domain/delivery-attempt.ts';
import { openRounds } from '../../../src/engine/deliveries/rounds.ts';
import { type SenderDeps, sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { NOBODY } from '../../support/engine-world.ts';
import { aNoticesWorld } from './notices-world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A sender whose attempts are answered by the test; `began` settles with the first attempt. */
function slowly(sender: SenderDeps, owner: string) {
  const hand = Promise.withResolvers<Attempt>();
  const began = Promise.withResolvers<void>();
  const sendOut = () => {
    began.resolve();
    return hand.promise;
  };
  return { deps: { ...sender, owner, sendOut }, began: began.promise, answer: hand.resolve };
}

describe('a delivery in the hand of one process', () => {
  test('takes no result of a process that it was taken from', async () => {
    const { sender, approve, deliveries, world } = await aNoticesWorld();
    await approve();
    const first = slowly(sender, NOBODY);
    const firstRound = sendDue(first.deps);
    await first.began;
    world.pass(10 * MINUTE);
    // Whoever has it so long is gone: the webhook is taken up by somebody else.
    await sendDue({ ...sender, sendOut: () => Promise.reject(new Error('not yet')) });
    world.pass(5 * MINUTE);
    const second = slowly(sender, sender.owner);
    const secondRound = sendDue(second.deps);
    await second.began;
    first.answer({ kind: 'taken', answer: 'too late' });
    await firstRound;
    const webhook = async () => (await deliveries()).find(({ addressee }) => addressee.way === 'webhook');
    expect(await webhook()).toMatchObject({ state: 'sending', sender: sender.owner });
    second.answer({ kind: 'later', why: 'busy', retryAfterMs: null });
    await secondRound;
    expect(await webhook()).toMatchObject({ state: 'queued', answer: 'busy' });
  });
});

describe('while the clock jumps', () => {
  test('nothing is sent, and nothing is taken out of a hand, before it was steady for a while', async () => {
    const { sender, approve, states, world, receiver } = await aNoticesWorld();
    const began = world.now().getTime();
    let jumpedMs = 0;
    const round = openRounds({
      ...sender,
      now: () => new Date(world.now().getTime() + jumpedMs),
      uptimeMs: () => world.now().getTime() - began,
    });
    await approve();
    expect(await round()).toBe(2);
    await sendDue({ ...sender });
    expect(await states()).toEqual({ mail: 'sent', webhook: 'sent' });
    expect(receiver.received).toHaveLength(1);
    jumpedMs = DAY;
    expect(await round()).toBe('frozen');
    for (let looks = 0; looks < 10; looks++) expect(await round()).toBe('frozen');
    for (let looks = 0; looks < 3; looks++) {
      world.pass(30_000);
      await round();
    }
    expect(await round()).toBe(0);
  });
});

describe('a mail server that will not have mail from us', () => {
  test('is told to people once a day, and what waits goes out when it is mended', async () => {
    const { sender, approve, states, world, mail, read } = await aNoticesWorld();
    const refused = { sender: 553, says: '5.7.1 sender address rejected' };
    mail.moods.push(refused, refused);
    await approve();
    await sendDue(sender);
    expect(await states()).toEqual({ mail: 'queued', webhook: 'sent' });
    world.pass(5 * MINUTE);
    await sendDue(sender);
    const alarm = await read.lastAlarm(null, 'mail_refused');
    expect(alarm?.sentence).toContain('The mail server mail.test refuses mail from security@rekey.test');
    const raised = (await read.audit({ limit: 1_000 })).filter(({ action }) => action === 'alarm_raised');
    expect(raised).toHaveLength(1);
    world.pass(10 * MINUTE);
    await sendDue(sender);
    expect(await states()).toEqual({ mail: 'sent', webhook: 'sent' });
  });
});
