import { expect, test } from 'vitest';
import { type SenderDeps, sendDue } from '../../../src/engine/deliveries/send-due.ts';
import { loadOutsideNotice } from '../../../src/slack/load/outside-notice.ts';
import { letterModal, outsideNotice, settleDeliveryModal } from '../../../src/slack/views/outside-notice.ts';
import { MAIL_PASSWORD } from '../../support/mail-server.ts';
import { aNoticesWorld, WEBHOOK_SECRET } from './notices-world.ts';

const MINUTE = 60_000;

test('no secret is in anything that is logged, shown in Slack, sent to a partner or recorded', async () => {
  const { sender, approve, mail, receiver, process, deliveries, id, world, read } = await aNoticesWorld();
  const logged: unknown[] = [];
  const keep = (fields: object, text: string) => void logged.push(fields, text);
  const loud: SenderDeps = { ...sender, log: { info: keep, warn: keep, error: keep } };
  mail.moods.push({ recipient: 550, says: '5.7.1 not welcome' });
  receiver.answers.push(500);
  await approve();
  await sendDue(loud);
  world.pass(5 * MINUTE);
  await sendDue(loud);
  const [dispatch] = await read.dispatchesOfRun(id);
  const sources = { ...process.deps, ledger: process.ledger.read };
  const notice = await loadOutsideNotice(sources as never, dispatch?.id ?? '');
  if (notice === null) throw new Error('the notice is not in the ledger');
  const shown = [outsideNotice(notice), letterModal(notice), settleDeliveryModal(notice)];
  const audit = await process.ledger.read.audit({ limit: 1_000 });
  const bodies = receiver.received.map(({ body, headers }) => [body, headers]);
  const everything = JSON.stringify([logged, shown, audit, bodies, mail.raw, await deliveries(), dispatch]);
  expect(everything).toContain('No data was at risk');
  for (const secret of [MAIL_PASSWORD, WEBHOOK_SECRET]) {
    expect(everything).not.toContain(secret);
    expect(everything).not.toContain(Buffer.from(secret).toString('base64'));
    expect(everything).not.toContain(Buffer.from(secret).toString('hex'));
  }
});
