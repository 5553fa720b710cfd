import { describe, expect, test } from 'vitest';
import type { Contact } from '../../../src/domain/outside.ts';
import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { signatureOf } from '../../../src/providers/webhook-signature.ts';
import { Secret } from '../../../src/secret.ts';
import { alice } from '../../support/builders.ts';
import { from, NOBODY } from '../../support/engine-world.ts';
import { MAIL_PASSWORD } from '../../support/mail-server.ts';
import { aNoticesWorld, WEBHOOK_SECRET } from './notices-world.ts';

const MINUTE = 60_000;

describe('a notice to people outside', () => {
  test('leaves only once somebody else has approved it, and then once to each place', async () => {
    const { mail, receiver, sender, approve, states, process, id } = await aNoticesWorld();
    expect(await sendDue(sender)).toBe(0);
    expect([mail.raw, receiver.received]).toEqual([[], []]);
    const approval = await approve();
    expect(approval.question).toContain('ops@partner.example');
    expect(await sendDue(sender)).toBe(2);
    expect(await sendDue(sender)).toBe(0);
    expect(await states()).toEqual({ mail: 'sent', webhook: 'sent' });
    const [letter] = await mail.taken();
    expect(letter?.text).toContain('Hello Partner on call');
    expect(letter?.text).toContain('No data was at risk.');
    const run = await process.play(id);
    expect(run.steps.tell).toMatchObject({
      state: 'done',
      outputs: { told: ['caller:payments-worker'], approved_by: ['bob'] },
    });
  });

  test('a receiver can verify the webhook with the shared secret, and knows a repetition by its id', async () => {
    const { receiver, sender, approve, world, states } = await aNoticesWorld();
    receiver.answers.push(500, 429);
    await approve();
    await sendDue(sender);
    for (let tries = 0; tries < 2; tries++) {
      world.pass(5 * MINUTE);
      await sendDue(sender);
    }
    expect(await states()).toMatchObject({ webhook: 'sent' });
    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    for (const { headers, body } of receiver.received)
      expect(headers['x-rekey-signature']).toBe(
        signatureOf(new Secret(WEBHOOK_SECRET), String(headers['x-rekey-timestamp']), body),
      );
    expect(JSON.parse(receiver.received[0]?.body ?? '{}')).toMatchObject({
      type: 'key_notice',
      about: ['caller:payments-worker'],
      data_integrity: 'No data was at risk.',
    });
  });

  test('a text that changed after the question is asked again, and nothing of the old one leaves', async () => {
    const { change, approve, sender, read, id, mail, states } = await aNoticesWorld();
    change((before) => ({
      ...before,
      contacts: { partner: { ...before.contacts.partner, name: 'Somebody else' } as Contact },
    }));
    const first = await approve();
    expect(await sendDue(sender)).toBe(0);
    expect(await read.approval(first.id)).toMatchObject({ outcome: 'superseded' });
    expect(await read.openApprovalsOfRun(id)).toHaveLength(1);
    expect([await states(), mail.raw]).toEqual([{}, []]);
    await approve();
    await sendDue(sender);
    expect((await mail.taken())[0]?.text).toContain('Hello Somebody else');
  });

  test('the ledger itself refuses a delivery that nobody approved', async () => {
    const { process, read, id, world } = await aNoticesWorld();
    const [dispatch] = await read.dispatchesOfRun(id);
    if (dispatch === undefined) throw new Error('nothing was drafted');
    const [addressee] = dispatch.addressees;
    if (addressee === undefined) throw new Error('to nobody');
    const forged = {
      ...{ id: 'dlv-forged' as never, dispatch: dispatch.id, addressee, messageId: 'forged', state: 'queued' as const },
      ...{ attempts: 0, dueAt: world.now(), sender: null, sendingSince: null, answer: null },
      ...{ queuedAt: world.now(), retryFrom: null, endedAt: null },
    };
    const event = { type: 'delivery_queued', dispatch: dispatch.id, delivery: forged } as const;
    await expect(
      process.ledger.record({ at: world.now(), actor: 'system:engine', channel: 'engine' }, async () => ({
        events: [event],
        result: undefined,
      })),
    ).rejects.toThrow('nothing leaves the company without an approval');
  });

  test('is tried again for as long as the server is away, and bounces at a clear no', async () => {
    const { mail, sender, approve, world, deliveries } = await aNoticesWorld();
    mail.moods.push({ recipient: 451, says: '4.7.1 greylisted' }, { recipient: 550, says: '5.1.1 no such user' });
    await approve();
    await sendDue(sender);
    const [waiting] = (await deliveries()).filter(({ addressee }) => addressee.way === 'mail');
    expect(waiting).toMatchObject({ state: 'queued', attempts: 1, answer: expect.stringContaining('greylisted') });
    expect(await sendDue(sender)).toBe(0);
    world.pass(2 * MINUTE);
    await sendDue(sender);
    const [bounced] = (await deliveries()).filter(({ addressee }) => addressee.way === 'mail');
    expect(bounced).toMatchObject({ state: 'bounced', attempts: 2, answer: expect.stringContaining('5.1.1') });
  });

  test('after a cut behind the text nobody is written to twice before a person has looked', async () => {
    const { mail, sender, approve, world, deliveries, states, settling } = await aNoticesWorld();
    mail.moods.push('drop');
    await approve();
    await sendDue(sender);
    world.pass(90 * MINUTE);
    await sendDue(sender);
    expect(await states()).toMatchObject({ mail: 'in_doubt' });
    expect(mail.raw).toHaveLength(1);
    const [doubted] = (await deliveries()).filter(({ addressee }) => addressee.way === 'mail');
    if (doubted === undefined) throw new Error('no mail');
    await expect(
      settling.settle({ ...from(alice), delivery: doubted.id, arrived: false, reason: 'their log has nothing' }),
    ).resolves.toBeUndefined();
    await sendDue(sender);
    expect((await mail.taken()).map(({ messageId }) => messageId)).toEqual([doubted.messageId]);
  });

  test('a process that was killed while it sent leaves a mail in doubt and sends a webhook again under its id', async () => {
    const { mail, receiver, sender, approve, states, world } = await aNoticesWorld();
    await approve();
    const dying = {
      ...sender,
      owner: NOBODY,
      faultPoint: (place: string) => {
        if (place === 'effect') throw new Error('killed');
      },
    };
    await sendDue(dying).catch(() => {});
    expect(await states()).toEqual({ mail: 'sending', webhook: 'sending' });
    await sendDue(sender);
    expect(await states()).toMatchObject({ mail: 'in_doubt' });
    world.pass(2 * MINUTE);
    await sendDue(sender);
    expect(await states()).toEqual({ mail: 'in_doubt', webhook: 'sent' });
    expect(mail.raw).toHaveLength(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(receiver.received).toHaveLength(2);
  });

  test('a bounce that comes later is recorded once, and nothing of a secret is in anything that left', async () => {
    const { mail, receiver, sender, approve, deliveries, settling, process } = await aNoticesWorld();
    await approve();
    await sendDue(sender);
    const [sent] = (await deliveries()).filter(({ addressee }) => addressee.way === 'mail');
    const origin = { actor: 'hook:bounces', channel: 'hook', dedupe: { source: 'hook:bounces', id: 'one' } } as const;
    const bounce = { messageId: sent?.messageId ?? '', why: '5.2.1 mailbox disabled' };
    expect(await settling.bounced(bounce, origin)).toBe(true);
    expect(await settling.bounced(bounce, origin)).toBe(false);
    expect((await deliveries()).map(({ state }) => state).sort()).toEqual(['bounced', 'sent']);
    const everything = JSON.stringify([mail.raw, receiver.received, await process.ledger.read.audit({ limit: 1_000 })]);
    for (const secret of [MAIL_PASSWORD, WEBHOOK_SECRET]) expect(everything).not.toContain(secret);
  });
});
