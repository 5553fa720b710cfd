import { describe, expect, test, vi } from 'vitest';
import { MAIL_PASSWORD } from '../../support/mail-server.ts';
import { cardWith } from '../incidents/world.ts';
import { INCIDENTS, says, textOf } from '../support.ts';
import { anOutsideIncident, LONG, NOTIFY, WEBHOOK_SECRET } from './world.ts';

const SOON = { timeoutMs: 8_000 };

describe('/incident notify', () => {
  test('shows every word and every address before anything is asked, and only what was seen is asked for', async () => {
    const here = await anOutsideIncident();
    const { bob, form, deps, incident } = here;
    await bob.command(INCIDENTS, '/incident notify');
    const empty = await form(bob);
    expect(textOf(empty)).toContain('then this shows every word that would leave');
    const written = { to: 'contact:partner', data: 'No data was at risk', reason: 'they call us every day' };
    await bob.click(empty, 'show_notice', { form: written });
    const shown = await bob.waitForView((view) => says('ops@partner.example')(view as never), SOON);
    for (const words of ['Exactly this leaves', 'No data was at risk', 'payments-prod v3', incident.id])
      expect(textOf(shown)).toContain(words);
    expect(textOf(shown)).toMatch(/Has to agree: +Carol/);
    // Another sentence than the one that was shown: it is shown first.
    await bob.submit(shown, { ...written, data: 'Some balances were read' });
    const again = await bob.waitForView((view) => says('Some balances were read')(view as never), SOON);
    expect(textOf(again)).toContain('Nothing was asked yet');
    expect(await deps.ledger.dispatches(10)).toEqual([]);
    expect(await bob.submit(again, {})).toEqual({ ok: true });
    await here.notice(bob, 'waits for an approval', 'ops@partner.example');
    const [dispatch] = await deps.ledger.dispatches(10);
    expect(textOf(again)).toContain(dispatch?.hash.slice(0, 12));
    expect(dispatch?.incident).toBe(incident.id);
  });

  test('says behind whom nobody is known, and leaves a wrong word beside its field', async () => {
    const { bob, form, rekey } = await anOutsideIncident({ callersKnown: false });
    const { id: key } = (await rekey.ledger.read.keyBySlug('payments-prod')) ?? { id: 'none' as never };
    const at = rekey.deps.now();
    await rekey.ledger.countUsage([{ key, caller: 'payments-worker', at, accepted: 3, rejected: 0 }]);
    await bob.command(INCIDENTS, `/incident ${NOTIFY.replace('contact:partner', 'callers')}`);
    const view = await form(bob);
    for (const words of ['Nobody is known behind', 'caller:payments-worker', 'Nothing would leave'])
      expect(textOf(view)).toContain(words);
    const tried = await bob.submit(view, { to: 'everybody' });
    expect(tried).toMatchObject({
      fields: { to: expect.stringContaining('Expected callers, peers') },
    });
    expect(await bob.submit(view, { to: 'callers', template: 'no-such' })).toMatchObject({
      fields: { template: expect.stringContaining('no-such') },
    });
  });

  test('is for those who may notify, and whoever asked does not approve', async () => {
    const { alice, bob, asks, mail, receiver, deps } = await anOutsideIncident();
    await alice.command(INCIDENTS, `/incident ${NOTIFY}`);
    await alice.waitForMessage(says('alice may not notify', 'bob, carol'), SOON);
    expect(alice.views()).toEqual([]);
    await asks(bob);
    const card = await bob.waitForMessage(says('Approval needed', 'outside the company'), SOON);
    await bob.click(card, 'review');
    await bob.waitForMessage(says('You asked for this yourself'), SOON);
    await alice.click(card, 'review');
    await alice.waitForMessage(says('carol'), SOON);
    expect([...bob.views(), ...alice.views()].filter(({ callbackId }) => callbackId === 'review')).toEqual([]);
    expect([mail.raw, receiver.received]).toEqual([[], []]);
    expect((await deps.ledger.dispatches(10)).length).toBe(1);
  });

  test('delivered twice by Slack, it is asked once and leaves once', async () => {
    const here = await anOutsideIncident();
    const { bob, carol, form, workspace, deps, mail, receiver } = here;
    await bob.command(INCIDENTS, `/incident ${NOTIFY}`);
    const view = await form(bob);
    workspace.faults.duplicateDelivery(true);
    await bob.submit(view, {});
    await here.notice(bob, 'waits for an approval');
    await here.approves(carol);
    workspace.faults.duplicateDelivery(false);
    await here.left(here);
    await here.notice(bob, '2 told');
    expect(await deps.ledger.dispatches(10)).toHaveLength(1);
    expect([mail.raw.length, receiver.received.length]).toEqual([1, 1]);
    await cardWith(here, 'Outside', '2 told');
  });
});

describe('an approved notice', () => {
  test('shows whoever decides every word that leaves, and exactly that leaves', async () => {
    const here = await anOutsideIncident();
    const wire: string[] = [];
    here.workspace.wire.subscribe((entry) => wire.push(JSON.stringify(entry)));
    await here.asks(here.bob);
    const modal = await here.review(here.carol);
    for (const words of ['Exactly this leaves the company', 'No data was at risk', 'ops@partner.example'])
      expect(textOf(modal)).toContain(words);
    const [decision] = modal.blocks.filter((block) => block.block_id.startsWith('decision-'));
    await here.carol.submit(modal, { [decision?.block_id ?? '']: 'approve' });
    await here.left(here);
    const [letter] = await here.mail.taken();
    const [dispatch] = await here.deps.ledger.dispatches(1);
    expect(letter?.text?.trim()).toBe(dispatch?.letter.body.replace('{contact}', 'Partner on call').trim());
    expect(JSON.parse(here.receiver.received[0]?.body ?? '')).toMatchObject({ incident: here.incident.id });
    const told = await here.notice(here.alice, '2 told', 'pproved by carol');
    await here.alice.click(told, 'read_notice');
    const read = await here.alice.waitForView((view) => view.title === 'What leaves', SOON);
    expect(textOf(read)).toContain('No data was at risk');
    expect(wire.length).toBeGreaterThan(10);
    for (const secret of [MAIL_PASSWORD, WEBHOOK_SECRET])
      expect(JSON.stringify([wire, here.lines, here.mail.raw, here.receiver.received])).not.toContain(secret);
  });

  test('whose text changed meanwhile is asked again, and nothing of the old one leaves', async () => {
    const here = await anOutsideIncident();
    const { bob, carol, rename, mail, receiver, deps } = here;
    await here.asks(bob);
    rename('Somebody else');
    await here.approves(carol);
    await here.notice(bob, 'Somebody else', 'waits for an approval');
    await here.notice(bob, 'Partner on call', 'nothing was sent');
    expect([mail.raw, receiver.received]).toEqual([[], []]);
    expect(await deps.ledger.dispatches(10)).toHaveLength(2);
    const [open] = await here.rekey.ledger.read.openApprovalsOfRun((await deps.ledger.dispatches(1))[0]?.run as never);
    expect(open?.question).toContain('Somebody else');
  });

  test('that was rejected leaves nothing, and its message says who said no', async () => {
    const here = await anOutsideIncident();
    await here.asks(here.bob);
    const modal = await here.review(here.carol);
    const [decision] = modal.blocks.filter((block) => block.block_id.startsWith('decision-'));
    await here.carol.submit(modal, { [decision?.block_id ?? '']: 'deny', reason: 'not yet' });
    await here.notice(here.bob, 'carol', 'nothing was sent');
    expect([here.mail.raw, here.receiver.received]).toEqual([[], []]);
  });
});

describe('a notice that bounced', () => {
  async function bounced() {
    const here = await anOutsideIncident();
    here.mail.moods.push({ recipient: 550, says: '5.1.1 no such user' });
    await here.asks(here.bob);
    await here.approves(here.carol);
    const message = await here.notice(here.bob, '1 told, 1 bounced', '5.1.1 no such user');
    return { ...here, message };
  }

  test('stands on the card of the incident and in its thread, and is sent again once by who may', async () => {
    const here = await bounced();
    const { alice, bob, message, workspace, mail, receiver } = here;
    expect(message.threadTs).toBeDefined();
    await cardWith(here, 'Outside', '1 told, 1 bounced');
    await alice.click(message, 'settle_delivery');
    await alice.waitForMessage(says('alice may not notify', 'bob, carol'), SOON);
    await bob.click(message, 'settle_delivery');
    const form = await bob.waitForView((view) => view.callbackId === 'settle_delivery', SOON);
    workspace.faults.duplicateDelivery(true);
    await bob.submit(form, { what: 'again', reason: 'their mailbox is back' });
    workspace.faults.duplicateDelivery(false);
    await here.notice(bob, '2 told');
    await cardWith(here, 'Outside', '2 told');
    expect([(await mail.taken()).length, receiver.received.length]).toEqual([1, 1]);
    await bob.click(message, 'settle_delivery');
    await bob.waitForMessage(says('there is nothing to do'), SOON);
  });

  test('is settled by whoever knows that they have it, with a reason', async () => {
    const { bob, message, deps, incident, mail, notice } = await bounced();
    await bob.click(message, 'settle_delivery');
    const form = await bob.waitForView((view) => view.callbackId === 'settle_delivery', SOON);
    expect(await bob.submit(form, { what: 'arrived', reason: 'told on the phone' })).toEqual({ ok: true });
    await notice(bob, '2 told', 'told on the phone');
    expect(mail.raw).toEqual([]);
    const audit = JSON.stringify(await deps.ledger.audit({ incident: incident.id, limit: 100 }));
    expect(audit).toContain('told on the phone');
  });

  test('goes to another contact only as a new notice that is approved anew', async () => {
    const here = await bounced();
    const { bob, carol, message, form, deps } = here;
    await bob.click(message, 'other_contact');
    const view = await form(bob);
    expect(JSON.stringify(view.blocks)).toContain('"initial_value":"contact:"');
    const filled = { to: 'contact:partner', reason: 'the other address' };
    await bob.submit(view, filled);
    const shown = await bob.waitForView((one) => textOf(one).includes('Exactly this leaves'), SOON);
    expect(await bob.submit(shown, {})).toEqual({ ok: true });
    await vi.waitFor(async () => expect(await deps.ledger.dispatches(10)).toHaveLength(2), LONG);
    expect((await deps.ledger.deliveriesOfIncident(here.incident.id)).length).toBe(2);
    await here.approves(carol);
    await cardWith(here, 'Outside', '3 told, 1 bounced');
  });
});
