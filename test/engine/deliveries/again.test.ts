import { describe, expect, test } from 'vitest';
import { sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { alice } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { aNoticesWorld } from './notices-world.ts';

const HOUR = 60 * 60_000;

describe('a notice that a person has sent again', () => {
  test('is the same letter, byte for byte, and is tried for as long as the first time', async () => {
    const { sender, approve, deliveries, settling, world, receiver, mail } = await aNoticesWorld();
    receiver.answers.push(503, 503, 503);
    mail.moods.push({ recipient: 550, says: '5.1.1 no such user' });
    await approve();
    await sendDue(sender);
    world.pass(49 * HOUR);
    await sendDue(sender);
    const before = await deliveries();
    expect(before.map(({ state }) => state).sort()).toEqual(['bounced', 'given_up']);
    for (const { id } of before)
      await settling.settle({ ...from(alice), delivery: id, arrived: false, reason: 'they mended it' });
    await sendDue(sender);
    const waiting = (await deliveries()).find(({ addressee }) => addressee.way === 'webhook');
    expect(waiting).toMatchObject({ state: 'queued', attempts: 1, queuedAt: before[0]?.queuedAt });
    world.pass(HOUR);
    await sendDue(sender);
    expect((await deliveries()).map(({ state }) => state)).toEqual(['sent', 'sent']);
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    const [letter] = await mail.taken();
    expect(new Date(letter?.date ?? 0).getTime()).toBe(before[0]?.queuedAt.getTime());
  });
});
