import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApprovalId } from '../../src/domain/ids.ts';
import { anApproval, anIncident, aRun } from '../support/builders.ts';
import { anInstallationOf } from '../support/cli-people.ts';
import { aDelivery, aDispatch } from '../support/dispatches.ts';
import { anOpenLedger, BEGINNING, recordEvents } from '../support/ledger-file.ts';
import { aSmtpSpec } from '../support/mail-server.ts';

const security = ['group:security'];
const may = { read: security, notify: security, run: security, declare: security };
const rules = { notify_outside: { approve: 1, from: security } } as never;

/** A ledger with a key; partner@ is behind its caller, and a mail server that nobody reaches is the way there. */
async function here() {
  const installation = anInstallationOf('bob', { may, rules });
  const contacts = {
    partner: {
      name: 'Partner on call',
      for: ['caller:payments-worker'],
      mail: { to: 'ops@partner.example', over: 'company' },
    },
  };
  const outside = { version: 1, connections: {}, smtp: { company: aSmtpSpec(465) }, contacts };
  writeFileSync(join(installation.runbooksDir, 'connections.yaml'), JSON.stringify(outside));
  const ledger = await anOpenLedger(installation.ledgerFile, () => new Date());
  await recordEvents(ledger, BEGINNING, { at: new Date() });
  return { ...installation, ledger };
}

const ASKED = ['payments-prod', '--to', 'contact:partner', '--data', 'No data was at risk.'];

test('a notice is previewed word for word without a trace, and sent only into an approval', async () => {
  const { rekey, ledger, become } = await here();
  const preview = await rekey(['notices', 'preview', ...ASKED]);
  expect(preview).toMatchObject({ code: 0, err: '' });
  for (const words of ['To Partner on call: mail to ops@partner.example', 'Subject: ', 'No data was at risk.', 'carol'])
    expect(preview.out).toContain(words);
  // The first command of an installation also proves its vault.
  const before = (await ledger.read.audit({ limit: 100 })).length;
  const unknown = await rekey(['notices', 'preview', 'payments-prod', '--to', 'caller:nobody', '--data', 'None.']);
  expect(unknown.out).toContain('Nobody is known behind caller:nobody');
  expect(await ledger.read.audit({ limit: 100 })).toHaveLength(before);
  expect(await rekey(['notices', 'preview', 'payments-prod', '--to', 'all', '--data', 'x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Expected callers, peers'),
  });
  const sent = await rekey(['notices', 'send', ...ASKED, '--because', 'they call us every day']);
  expect(sent).toMatchObject({
    code: 0,
    out: expect.stringContaining('nothing leaves before somebody else approves it'),
  });
  const id = /run-\w+/.exec(sent.out)?.[0];
  expect(await ledger.read.run(id as never)).toMatchObject({
    requestedBy: 'person:bob',
    reason: 'they call us every day',
  });
  become('alice');
  expect(await rekey(['notices', 'send', ...ASKED, '--because', 'x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('bob, carol'),
  });
}, 180_000);

test('what bounced is listed, shown with every word, and settled once with a reason', async () => {
  const { rekey, ledger } = await here();
  const at = new Date();
  const [dispatch, delivery] = [aDispatch(), aDelivery()];
  const approval = ApprovalId.parse('apr-1');
  const about = { dispatch: dispatch.id, id: delivery.id };
  await recordEvents(
    ledger,
    [
      { type: 'approval_requested', approval: anApproval({ incident: anIncident().id, run: aRun().id }) },
      { type: 'dispatch_drafted', draft: dispatch },
      { type: 'approval_decided', approval, outcome: 'approved' },
      { type: 'delivery_queued', dispatch: dispatch.id, delivery },
      { type: 'delivery_begun', ...about, attempt: 1, sender: 'here:1:x' },
      { type: 'delivery_failed', ...about, how: 'bounced', why: '550 5.1.1 no such user' },
    ],
    { at, incident: anIncident().id },
  );
  const listed = await rekey(['notices', 'list']);
  expect(listed.out).toContain('1 bounced: Partner on call (ops@partner.example)');
  const shown = await rekey(['notices', 'show', dispatch.id]);
  for (const words of [dispatch.letter.subject, dispatch.letter.body, '550 5.1.1 no such user', delivery.id])
    expect(shown.out).toContain(words);
  expect(await rekey(['notices', 'show', 'dsp-9'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('notices list'),
  });
  const settle = ['notices', 'settle', delivery.id];
  expect(await rekey([...settle, '--because', 'x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('--arrived'),
  });
  const arrived = [...settle, '--arrived', '--because', 'told on the phone'];
  expect(await rekey(arrived)).toMatchObject({ code: 0, out: 'Recorded: they have it.\n' });
  expect(await rekey([...settle, '--again', '--because', 'x'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('arrived: told on the phone'),
  });
  expect((await ledger.read.delivery(delivery.id))?.state).toBe('sent');
}, 180_000);
