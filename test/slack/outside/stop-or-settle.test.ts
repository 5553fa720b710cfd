import { describe, expect, test } from 'vitest';
import { says } from '../support.ts';
import { anOutsideIncident } from './world.ts';

const SOON = { timeoutMs: 8_000 };

describe('an approved notice that has not left', () => {
  test('is withdrawn by its button, with a reason, and the message says so', async () => {
    const here = await anOutsideIncident();
    here.mail.moods.push({ recipient: 451, says: '4.7.1 greylisted' });
    here.receiver.answers.push(503);
    await here.asks(here.bob);
    await here.approves(here.carol);
    const waiting = await here.notice(here.bob, 'tried 1 times', 'greylisted');
    await here.alice.click(waiting, 'withdraw_notice');
    await here.alice.waitForMessage(says('alice may not notify'), SOON);
    await here.bob.click(waiting, 'withdraw_notice');
    const form = await here.bob.waitForView((view) => view.callbackId === 'withdraw_notice', SOON);
    expect(await here.bob.submit(form, { reason: '  ' })).toMatchObject({
      fields: { reason: expect.any(String) },
    });
    expect(await here.bob.submit(form, { reason: 'it names the wrong key' })).toEqual({ ok: true });
    const over = await here.notice(here.bob, 'Withdrawn before it left', 'it names the wrong key');
    expect(JSON.stringify(over)).not.toContain('withdraw_notice');
    expect(await here.mail.taken()).toEqual([]);
  });
});

describe('a notice that bounced', () => {
  test('keeps what was typed in its form when the reason will not do', async () => {
    const here = await anOutsideIncident();
    here.mail.moods.push({ recipient: 550, says: '5.1.1 no such user' });
    await here.asks(here.bob);
    await here.approves(here.carol);
    const stuck = await here.notice(here.bob, 'Bounced');
    await here.bob.click(stuck, 'settle_delivery');
    const form = await here.bob.waitForView((view) => view.callbackId === 'settle_delivery', SOON);
    expect(await here.bob.submit(form, { what: 'arrived', reason: '  ' })).toMatchObject({
      fields: { reason: expect.any(String) },
    });
    expect(await here.bob.submit(form, { what: 'arrived', reason: 'they called' })).toEqual({ ok: true });
    await here.notice(here.bob, '2 told');
  });
});
