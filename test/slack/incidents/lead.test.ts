import { describe, expect, test, vi } from 'vitest';
import type { LedgerEvent } from '../../../src/domain/event.ts';
import { pointCode } from '../../../src/domain/gate-point.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { INCIDENTS, says, textOf } from '../support.ts';
import { anIncidentWorld, cardWith, declared } from './world.ts';

const PATIENT = { timeout: 10_000 };
const SOON = { timeoutMs: 10_000 };

async function led() {
  const world = await anIncidentWorld();
  await world.start();
  const incident = await declared(world);
  return { ...world, incident };
}

describe('roles', () => {
  test('are taken and handed over; whoever gets one is told, and the card says who has it', async () => {
    const world = await led();
    await world.alice.command(INCIDENTS, '/incident role commander me');
    await cardWith(world, 'Alice (commander)');
    await world.alice.command(INCIDENTS, '/incident role commander @bob because "I go off shift"');
    const told = await world.bob.waitForMessage(says('You are commander', 'I go off shift'), SOON);
    expect(told.channel).toBe(world.bob.directMessage());
    await cardWith(world, 'Bob (commander)');
    await world.alice.waitForMessage(says('Since then it went to Bob'), SOON);
  });

  test('and the owner of the key are changed in one form, each once', async () => {
    const world = await led();
    const card = await cardWith(world, 'payments are rejected');
    await world.bob.click(card, 'incident_roles');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_roles', SOON);
    const filled = { commander: 'U0BOB', operator: 'U0ALICE', owner: 'U0ALICE', reason: 'carol is away' };
    expect((await world.bob.submit(form, filled)).ok).toBe(true);
    await cardWith(world, 'Bob (commander)', 'Alice (operator)');
    expect((await world.deps.ledger.keyBySlug('payments-prod'))?.owner).toBe('alice');
    expect((await world.deps.ledger.rolesOf(world.incident.id)).map(({ role }) => role)).toEqual([
      'commander',
      'operator',
    ]);
  });

  test('that somebody else gave meanwhile stay as they are: only what was changed in the form is', async () => {
    const world = await led();
    const card = await cardWith(world, 'payments are rejected');
    await world.bob.click(card, 'incident_roles');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_roles', SOON);
    await world.alice.command(INCIDENTS, '/incident role commander @alice');
    await cardWith(world, 'Alice (commander)');
    const owner = { owner: 'U0ALICE', reason: 'a move' };
    await world.alice.click(await cardWith(world, 'Alice (commander)'), 'incident_roles');
    const later = await world.alice.waitForView((view) => view.callbackId === 'incident_roles', SOON);
    expect(await world.bob.submit(form, { commander: 'U0BOB', owner: 'U0CAROL' })).toMatchObject({
      ok: false,
      fields: { commander: expect.stringContaining('changed meanwhile, to Alice') },
    });
    expect((await world.bob.submit(form, { ...owner, commander: '' })).ok).toBe(true);
    // Alice's form still shows carol as the owner; it is left as it is now.
    expect((await world.alice.submit(later, { operator: 'U0BOB', owner: 'U0CAROL' })).ok).toBe(true);
    await cardWith(world, 'Alice (commander)', 'Bob (operator)');
    expect((await world.deps.ledger.keyBySlug('payments-prod'))?.owner).toBe('alice');
  });

  test('go to nobody whom policy.yaml does not know', async () => {
    const world = await led();
    const card = await cardWith(world, 'payments are rejected');
    await world.bob.click(card, 'incident_roles');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_roles', SOON);
    const answer = await world.bob.submit(form, { commander: 'U0DAVE' });
    expect(answer).toMatchObject({ ok: false, fields: { commander: expect.stringContaining('policy.yaml') } });
  });
});

describe('a status', () => {
  test('is drafted from what is on record, edited, and posted in the thread and on the card', async () => {
    const world = await led();
    await world.rekey.begin();
    const card = await cardWith(world, 'R-KEY-EXPIRY');
    await world.bob.click(card, 'incident_status');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_status', SOON);
    expect(JSON.stringify(form)).toContain('not contained yet');
    expect(JSON.stringify(form)).toContain('Replace payments-prod?');
    const said = { conditions: 'Checkout is down', actions: 'A new key is made', needs: 'A yes of carol' };
    expect((await world.bob.submit(form, said)).ok).toBe(true);
    const posted = await world.alice.waitForMessage(says('Status of', 'Checkout is down', 'A yes of carol'), SOON);
    expect(posted).toMatchObject({ channel: INCIDENTS, threadTs: card.ts });
    await cardWith(world, 'Checkout is down');
  });

  test('that says nothing is asked for again beside its field', async () => {
    const world = await led();
    await world.bob.click(await cardWith(world, 'payments are rejected'), 'incident_status');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_status', SOON);
    const answer = await world.bob.submit(form, { conditions: '', actions: '', needs: '' });
    expect(answer).toMatchObject({ ok: false, fields: { conditions: expect.stringContaining('at least one') } });
  });
});

describe('the severity', () => {
  test('changes with a reason, and with none it does not', async () => {
    const world = await led();
    await world.bob.command(INCIDENTS, '/incident severity SEV1');
    await world.bob.waitForMessage(says('another severity needs a reason'), SOON);
    await world.bob.command(INCIDENTS, '/incident severity SEV1 because "customers are locked out"');
    await cardWith(world, 'SEV1: payments are rejected');
    const audit = JSON.stringify(await world.deps.ledger.audit({ incident: world.incident.id, limit: 50 }));
    expect(audit).toContain('customers are locked out');
  });

  test('pressed twice changes once', async () => {
    const world = await led();
    await world.bob.click(await cardWith(world, 'payments are rejected'), 'incident_severity');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_severity', SOON);
    world.workspace.faults.duplicateDelivery(true);
    await world.bob.submit(form, { severity: 'SEV1', reason: 'customers are locked out' });
    world.workspace.faults.duplicateDelivery(false);
    await cardWith(world, 'SEV1: payments are rejected');
    const audit = await world.deps.ledger.audit({ incident: world.incident.id, limit: 50 });
    expect(audit.filter(({ action }) => action === 'incident_severity_changed')).toHaveLength(1);
  });
});

describe('closing', () => {
  test('says what is missing, lets points go with a name and a reason, and closes after the last', async () => {
    const world = await led();
    await world.carol.command(INCIDENTS, '/incident close');
    const gate = await world.carol.waitForMessage(says('stays open', '/incident waive'), SOON);
    const points = await world.deps.incidents.gate(world.incident.id);
    for (const point of points) expect(textOf(gate)).toContain(point);
    for (const point of points)
      await vi.waitFor(async () => {
        await world.carol.command(
          INCIDENTS,
          `/incident waive ${world.incident.id} ${pointCode(point)} because "it was a drill"`,
        );
        const waived = await world.deps.ledger.waiversOf(world.incident.id);
        expect(waived.length).toBeGreaterThan(points.indexOf(point));
      }, PATIENT);
    await cardWith(world, 'closed', 'Let go by Carol: it was a drill');
    expect((await world.deps.ledger.incident(world.incident.id))?.closedAt).not.toBeNull();
  });

  test('is for those who may, and a form offers the same', async () => {
    const world = await led();
    const card = await cardWith(world, 'payments are rejected');
    await world.alice.click(card, 'incident_close');
    await world.alice.waitForMessage(says('alice may not close', 'Who may: bob, carol'), SOON);
    await world.carol.click(card, 'incident_close');
    const form = await world.carol.waitForView((view) => view.callbackId === 'incident_waive', SOON);
    expect((await world.carol.submit(form, { point: '0', reason: 'a drill' })).ok).toBe(true);
    await vi.waitFor(async () => expect(await world.deps.ledger.waiversOf(world.incident.id)).toHaveLength(1), PATIENT);
    const [waiver] = await world.deps.ledger.waiversOf(world.incident.id);
    expect(waiver).toMatchObject({ by: 'person:carol', reason: 'a drill' });
  });

  test('is undone with a reason', async () => {
    const world = await led();
    const closed: LedgerEvent = { type: 'incident_closed', incident: world.incident.id, openPoints: [] };
    const context = { at: world.world.now(), actor: 'system:test', channel: 'engine' } as const;
    await recordEvents(world.rekey.ledger, [closed], { ...context, incident: world.incident.id });
    const card = await cardWith(world, 'Open again…');
    await world.bob.click(card, 'incident_reopen');
    const form = await world.bob.waitForView((view) => view.callbackId === 'incident_reopen', SOON);
    expect((await world.bob.submit(form, { reason: 'it happened again' })).ok).toBe(true);
    await cardWith(world, 'Close…');
    expect((await world.deps.ledger.incident(world.incident.id))?.closedAt).toBeNull();
  });
});
