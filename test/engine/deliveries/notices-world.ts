import { Contact, type Outside, WebhookSpec } from '../../../src/domain/outside.ts';
import { openDeliveries } from '../../../src/engine/deliveries/deliveries.ts';
import type { SenderDeps } from '../../../src/engine/deliveries/send-due.ts';
import { openWays } from '../../../src/engine/deliveries/ways.ts';
import { bob } from '../../support/builders.ts';
import { castOn } from '../../support/engine-world.ts';
import { fillConnections } from '../../support/keys-folder.ts';
import { aMailServer, aSmtpSpec, MAIL_HOST, MAIL_PASSWORD } from '../../support/mail-server.ts';
import { anOutsideWorld } from '../../support/outside-world.ts';
import { aWebhookReceiver } from '../../support/webhook-receiver.ts';

export const WEBHOOK_SECRET = 'canary-webhook-secret-0123456789abcdef';

const PARTNER = {
  name: 'Partner on call',
  for: ['caller:payments-worker'],
  mail: { to: 'ops@partner.example', over: 'company' },
  webhook: 'partner',
};

/** One step notice.send to real servers, up to its question; `contacts` stand beside the partner. */
export async function aNoticesWorld({
  to = 'contact:partner',
  contacts = {},
}: {
  to?: string;
  contacts?: Record<string, object>;
} = {}) {
  const mail = await aMailServer();
  const receiver = await aWebhookReceiver();
  let specs: Outside = {
    smtp: { company: aSmtpSpec(mail.port) },
    webhooks: {
      partner: WebhookSpec.parse({ url: `http://127.0.0.1:${receiver.port}/rekey`, secret_file: 'partner' }),
    },
    contacts: Object.fromEntries(
      Object.entries({ partner: PARTNER, ...contacts }).map(([name, contact]) => [name, Contact.parse(contact)]),
    ),
  };
  const outside = await anOutsideWorld({ recover: () => stepTo(to), outside: () => specs });
  fillConnections(outside.keysDir, { mail: MAIL_PASSWORD, 'mail-ca': mail.ca, partner: WEBHOOK_SECRET });
  const process = await outside.open();
  const { world, keysDir } = outside;
  const allow = [`${MAIL_HOST}:${mail.port} loopback`, `127.0.0.1:${receiver.port}`];
  const sender: SenderDeps = {
    ...process.deps,
    sendOut: openWays({ keysDir, allow, now: world.now, resolve: async () => ['127.0.0.1'] }),
    chance: () => 0,
  };
  const id = await process.start();
  await process.play(id, () => true);
  const read = process.ledger.read;
  const approve = async () => {
    const [approval] = await read.openApprovalsOfRun(id);
    if (approval === undefined) throw new Error('nobody was asked');
    await castOn(process, approval, { person: bob, vote: 'approve' });
    await process.engine.advance(id);
    await process.queue.settle();
    await process.engine.advance(id);
    return approval;
  };
  const deliveries = async () => {
    const [dispatch] = (await read.dispatchesOfRun(id)).slice(-1);
    return dispatch === undefined ? [] : read.deliveriesOf(dispatch.id);
  };
  const states = async () => Object.fromEntries((await deliveries()).map((one) => [one.addressee.way, one.state]));
  return {
    ...{ mail, receiver, world, process, sender, id, read, approve, deliveries, states, keysDir, allow },
    specs: () => specs,
    change: (next: (before: Outside) => Outside) => {
      specs = next(specs);
    },
    settling: openDeliveries({ ...process.deps, run: notHere, plan: notHere }),
  };
}

function stepTo(to: string): string {
  return `
  - id: tell
    uses: notice.send
    with: { to: ${JSON.stringify(to)}, key: "\${inputs.key}", data_integrity: No data was at risk., wait: 1m }`;
}

const notHere = () => Promise.reject(new Error('not here'));
