import { describe, expect, test } from 'vitest';
import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { runChild } from '../../support/run-child.ts';
import { aNoticesWorld } from './notices-world.ts';

const MINUTE = 60_000;
const BY_MAIL = { name: 'By mail', for: ['caller:weekly-report'], mail: { to: 'a@partner.example', over: 'company' } };
const BY_WEBHOOK = { name: 'By webhook', for: ['caller:weekly-report'], webhook: 'partner' };

/** An approved notice to one contact, and a process of its own that sends it until it is killed with -9. */
async function anApproved(contact: object) {
  const notices = await aNoticesWorld({ to: 'contact:one', contacts: { one: contact } });
  const { world, specs, keysDir, allow } = notices;
  await notices.approve();
  const child = (faultAt: string) =>
    runChild('send-notices', [world.file, world.now().toISOString(), outsideOf({ specs: specs(), keysDir, allow })], {
      FAULT_AT: faultAt,
    });
  const delivery = async () => {
    const [one] = await notices.deliveries();
    if (one === undefined) throw new Error('nothing was queued');
    return one;
  };
  return { ...notices, child, delivery };
}

const outsideOf = (outside: object) => JSON.stringify(outside);

// The process of each has to start first, beside everything else that runs here.
describe('kill -9 of the process that sends', { timeout: 60_000 }, () => {
  test.each([
    ['before anything left', 'started', 0],
    ['between the mail and its record', 'effect', 1],
  ])('%s leaves a mail in doubt and sends no second one', async (_when, place, left) => {
    const { child, mail, sender, delivery, world, process } = await anApproved(BY_MAIL);
    expect(await child(`${place}:delivery`)).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(await delivery()).toMatchObject({ state: 'sending', attempts: 1 });
    // The next process finds that the other one is gone, whoever it is.
    expect(await sendDue(sender)).toBe(0);
    expect(await delivery()).toMatchObject({ state: 'in_doubt', answer: expect.stringContaining('Ask them') });
    world.pass(49 * 60 * MINUTE);
    expect(await sendDue(sender)).toBe(0);
    expect(mail.raw).toHaveLength(left);
    expect(await process.ledger.verifyAudit()).toMatchObject({ whole: true });
  });

  test.each([
    ['before anything left', 'started', 1],
    ['between the call and its record', 'effect', 2],
  ])('%s has a webhook sent again, word for word under the same id', async (_when, place, calls) => {
    const { child, receiver, sender, delivery, world, process } = await anApproved(BY_WEBHOOK);
    expect(await child(`${place}:delivery`)).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(await sendDue(sender)).toBe(0);
    world.pass(2 * MINUTE);
    expect(await sendDue(sender)).toBe(1);
    expect(await delivery()).toMatchObject({ state: 'sent' });
    expect(receiver.received).toHaveLength(calls);
    const { id } = await delivery();
    for (const { headers, body } of receiver.received) {
      expect([headers['idempotency-key'], headers['x-rekey-delivery'], JSON.parse(body).id]).toEqual([id, id, id]);
      expect(body).toBe(receiver.received[0]?.body);
    }
    expect(await process.ledger.verifyAudit()).toMatchObject({ whole: true });
  });

  test.each([
    ['mail', BY_MAIL],
    ['webhook', BY_WEBHOOK],
  ])('after its record repeats nothing: %s', async (_way, contact) => {
    const { child, mail, receiver, sender, delivery, world } = await anApproved(contact);
    expect(await child('outcome:delivery')).toMatchObject({ signal: 'SIGKILL' });
    world.pass(60 * MINUTE);
    expect(await sendDue(sender)).toBe(0);
    expect(await delivery()).toMatchObject({ state: 'sent', attempts: 1 });
    expect(mail.raw.length + receiver.received.length).toBe(1);
  });
});
