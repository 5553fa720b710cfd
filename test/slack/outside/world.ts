import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { Contact, type Outside, WebhookSpec } from '../../../src/domain/outside.ts';
import { openDeliveries } from '../../../src/engine/deliveries/deliveries.ts';
import { startDeliveries } from '../../../src/engine/deliveries/start.ts';
import { openWays } from '../../../src/engine/deliveries/ways.ts';
import { openEngine } from '../../../src/engine/open-engine.ts';
import { planRunbook } from '../../../src/engine/plan/plan-runbook.ts';
import { runRunbook } from '../../../src/engine/runbooks/run-runbook.ts';
import { loadTemplate } from '../../../src/runbook/notices/load-templates.ts';
import { openRunbookSet } from '../../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../../src/steps/index.ts';
import type { View } from '../../../src/workspace/state/view.ts';
import type { ActingPerson } from '../../../src/workspace/workspace.ts';
import { aPolicy } from '../../support/builders.ts';
import { aConnectionsFolder } from '../../support/keys-folder.ts';
import { aMailServer, aSmtpSpec, MAIL_HOST, MAIL_PASSWORD } from '../../support/mail-server.ts';
import { aWebhookReceiver } from '../../support/webhook-receiver.ts';
import { anIncidentWorld, declared } from '../incidents/world.ts';
import { INCIDENTS, says } from '../support.ts';

export const WEBHOOK_SECRET = 'canary-webhook-secret-0123456789abcdef';
export const LONG = { timeout: 15_000, interval: 20 };
const SOON = { timeoutMs: 8_000 };

/**
 * An incident about payments-prod in a local Slack, with the shipped runbook and templates and a real mail server and webhook outside. Bob and
 * carol may tell people outside and approve it; alice may neither.
 */
export async function anOutsideIncident({ callersKnown = true } = {}) {
  const world = await anIncidentWorld(
    {},
    {
      policy: {
        may: {
          rotate: ['group:oncall', 'owner'],
          run: ['group:oncall', 'group:security'],
          read: ['group:oncall', 'group:security', 'owner'],
          declare: ['group:oncall', 'carol'],
          close: ['group:security', 'owner'],
          notify: ['group:security'],
        },
        rules: aPolicy({
          rules: { notify_outside: { approve: 1, from: ['group:security', 'owner'] } as never },
        }).rules,
      },
    },
  );
  const outside = await somebodyOutside(callersKnown);
  const { deps, deliveries, engine, stop } = await rekeyWith(world, outside);
  onTestFinished(stop);
  await world.start({
    engine,
    deliveries,
    runbooks: deps.runbooks,
    planRunbook: (request) => planRunbook(deps, request),
    runRunbook: (request) => runRunbook(deps, request),
  });
  const incident = await declared(world);
  return { ...world, ...outside, deliveries, incident, ...inSlack() };
}

/** Partner, reached by mail and webhook; what connections.yaml says of them can be changed. */
async function somebodyOutside(callersKnown: boolean) {
  const [mail, receiver] = [await aMailServer(), await aWebhookReceiver()];
  const keysDir = aConnectionsFolder({ mail: MAIL_PASSWORD, 'mail-ca': mail.ca, partner: WEBHOOK_SECRET });
  const partner = Contact.parse({
    name: 'Partner on call',
    for: [callersKnown ? 'caller:payments-worker' : 'caller:another'],
    mail: { to: 'ops@partner.example', over: 'company' },
    webhook: 'partner',
  });
  let specs: Outside = {
    smtp: { company: aSmtpSpec(mail.port) },
    webhooks: {
      partner: WebhookSpec.parse({ url: `http://127.0.0.1:${receiver.port}/rekey`, secret_file: 'partner' }),
    },
    contacts: { partner },
  };
  const rename = (name: string) => {
    specs = { ...specs, contacts: { partner: { ...partner, name } } };
  };
  const allow = [`${MAIL_HOST}:${mail.port} loopback`, `127.0.0.1:${receiver.port}`];
  return { mail, receiver, keysDir, allow, specs: async () => specs, rename };
}

type World = Awaited<ReturnType<typeof anIncidentWorld>>;
type OutsideParts = Awaited<ReturnType<typeof somebodyOutside>>;

async function rekeyWith({ rekey, world }: World, { specs, keysDir, allow }: OutsideParts) {
  const runbooks = await openRunbookSet(shippedForNotices(), stepKinds);
  expect(runbooks.problems()).toEqual([]);
  const deps = {
    ...rekey.deps,
    runbooks,
    outside: { specs, template: (name: string) => loadTemplate('runbooks', name) },
    stepKinds: new Map(stepKinds.map((kind) => [kind.uses, kind])),
  };
  const engine = openEngine(deps);
  rekey.queue.work(engine.advance);
  const stop = startDeliveries({
    ...deps,
    sendOut: openWays({ keysDir, allow, now: world.now, resolve: async () => ['127.0.0.1'] }),
    chance: () => 0,
    uptimeMs: () => world.now().getTime(),
  });
  const deliveries = openDeliveries({
    ...deps,
    run: (request) => runRunbook(deps, request),
    plan: (request) => planRunbook(deps, request),
  });
  return { deps, engine, deliveries, stop };
}

/** The one runbook, so that the others need not be loaded for each test. */
function shippedForNotices(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-notices-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'notices'));
  for (const name of ['R-TELL-OUTSIDE.yaml', 'policy.yaml', 'key-classes.yaml', 'connections.yaml', 'notices'])
    cpSync(join('runbooks', name), join(dir, name), { recursive: true });
  return dir;
}

export const NOTIFY = `notify to=contact:partner data="No data was at risk" because "they call us every day"`;

function inSlack() {
  const form = (person: ActingPerson) => person.waitForView((view) => view.callbackId === 'notify_outside', SOON);
  const notice = (person: ActingPerson, ...words: string[]) =>
    person.waitForMessage((message) => says('Notice outside', ...words)(message), SOON);
  const review = async (person: ActingPerson) => {
    const card = await person.waitForMessage(
      (message) => message.channel === INCIDENTS && says('Approval needed', 'outside the company')(message),
      SOON,
    );
    await person.click(card, 'review');
    return person.waitForView((view) => view.callbackId === 'review', SOON);
  };
  return {
    form,
    notice,
    review,
    /** `/incident notify …`, read in the form and asked for. */
    asks: async (person: ActingPerson, typed = NOTIFY) => {
      await person.command(INCIDENTS, `/incident ${typed}`);
      const view = await form(person);
      expect(await person.submit(view, {})).toEqual({ ok: true });
      return notice(person, 'waits for an approval');
    },
    approves: async (person: ActingPerson) => {
      const modal = await review(person);
      expect(await person.submit(modal, { [decisionOf(modal)]: 'approve' })).toEqual({ ok: true });
    },
    /** Until the mail server and the receiver have it. */
    left: ({ mail, receiver }: OutsideParts) =>
      vi.waitFor(() => expect([mail.raw.length, receiver.received.length]).toEqual([1, 1]), LONG),
  };
}

const decisionOf = (modal: View) =>
  modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
