import { describe, expect, test } from 'vitest';
import { IncidentId, RunId } from '../../src/domain/ids.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { incidentOpen } from '../../src/steps/incident-open.ts';
import { incidentUpdate } from '../../src/steps/incident-update.ts';
import { aStepWorld } from '../support/a-step-context.ts';
import { aKey, anIncident, aRun, minutesAfter, NOON } from '../support/builders.ts';
import { aLedgerFile, anOpenLedger, BEGINNING, rawLedger, recordEvents } from '../support/ledger-file.ts';
import { done, play, typesOf } from '../support/play-step.ts';

const outside = { run: { incident: null } };

describe('incident.open', () => {
  test('declares an incident for the key of a run that belongs to none, and the run works on it from then on', async () => {
    const world = aStepWorld(outside);
    const started = minutesAfter(NOON, -20).toISOString();
    const result = await play(world, incidentOpen, { title: 'Checkout is refused', started_at: started });
    const { incident } = done(result) as { incident: string };
    expect(typesOf(result.events)).toEqual(['incident_opened', 'entered_incident']);
    expect(world.context.run.incident).toBe(incident);
    expect(world.ledger.incidents.get(incident)).toMatchObject({
      severity: 'SEV2',
      title: 'Checkout is refused',
      key: aKey().id,
      channel: 'C0INCIDENTS',
      openedBy: 'person:alice',
      startedAt: minutesAfter(NOON, -20),
      reportedAt: NOON,
    });
  });

  test('says nothing twice: a run that belongs to an incident stays there', async () => {
    const world = aStepWorld();
    const result = await play(world, incidentOpen, { title: 'Again' });
    expect(result).toMatchObject({ outputs: { incident: 'inc-1', opened: false }, events: [] });
  });

  test('joins the incident that is open for its key', async () => {
    const world = aStepWorld(outside);
    const open = anIncident({ id: IncidentId.parse('inc-7') });
    world.ledger.incidents.set(open.id, open);
    const result = await play(world, incidentOpen, { title: 'The same', key: keyRefOf(aKey()) });
    expect(done(result)).toEqual({ incident: 'inc-7', opened: false });
    expect(world.context.run.incident).toBe('inc-7');
  });

  test('refuses a beginning that lies ahead, and one that is no instant', async () => {
    const world = aStepWorld(outside);
    const ahead = { title: 'Odd', started_at: minutesAfter(NOON, 5).toISOString() };
    await expect(play(world, incidentOpen, ahead)).rejects.toThrow('lies ahead');
    expect(incidentOpen.with.safeParse({ title: 'Odd', started_at: 'yesterday' }).success).toBe(false);
  });

  test('is on record with its run, in its channel and in the thread of it', async () => {
    const file = aLedgerFile();
    const ledger = await anOpenLedger(file);
    const [issued] = BEGINNING;
    const run = aRun({ id: RunId.parse('run-9'), incident: null });
    const incident = anIncident({ id: IncidentId.parse('inc-9') });
    await recordEvents(ledger, issued === undefined ? [] : [issued]);
    await recordEvents(ledger, [{ type: 'run_started', run }]);
    await recordEvents(ledger, [
      { type: 'incident_opened', incident },
      { type: 'entered_incident', run: run.id, incident: incident.id },
    ]);
    expect((await ledger.read.run(run.id))?.incident).toBe('inc-9');
    const lines = await ledger.read.audit({ incident: incident.id, limit: 9 });
    expect(lines.map(({ action }) => action)).toEqual(['entered_incident', 'incident_opened']);
    const messages = rawLedger(file).prepare("select surface || ' ' || subject from messages order by surface").pluck();
    expect(messages.all()).toEqual(['incident inc-9', 'run run-9']);
    await expect(
      recordEvents(ledger, [{ type: 'entered_incident', run: run.id, incident: IncidentId.parse('inc-1') }]),
    ).rejects.toThrow('outside of incidents');
  });
});

describe('incident.update', () => {
  test('keeps what is the case, what is done and what is missing, and the severity of now', async () => {
    const world = aStepWorld();
    const result = await play(world, incidentUpdate, {
      severity: 'SEV1',
      conditions: 'Checkout is down',
      needs: 'a decision',
    });
    expect(done(result)).toEqual({ incident: 'inc-1' });
    expect(result.events).toEqual([
      {
        type: 'situation_reported',
        incident: 'inc-1',
        report: {
          severity: 'SEV1',
          title: null,
          conditions: 'Checkout is down',
          actions: null,
          needs: 'a decision',
          note: null,
        },
      },
    ]);
  });

  test('leaves standing what was said before and not again', async () => {
    const ledger = await anOpenLedger();
    await recordEvents(ledger, BEGINNING);
    const incident = anIncident().id;
    const nothing = { severity: null, title: null, conditions: null, actions: null, needs: null, note: null };
    const say = (report: object) =>
      recordEvents(ledger, [{ type: 'situation_reported', incident, report: { ...nothing, ...report } }], {
        at: minutesAfter(NOON, 1),
        actor: 'person:bob',
      });
    await say({ conditions: 'Checkout is down', needs: 'a decision' });
    await say({ severity: 'SEV1', needs: 'somebody of payments' });
    expect(await ledger.read.situationOf(incident)).toEqual({
      conditions: 'Checkout is down',
      actions: null,
      needs: 'somebody of payments',
      note: null,
      at: minutesAfter(NOON, 1),
      by: 'person:bob',
    });
    expect(await ledger.read.incident(incident)).toMatchObject({ severity: 'SEV1', title: anIncident().title });
    await say({ title: 'Checkout' });
    expect((await ledger.read.incident(incident))?.title).toBe('Checkout');
  });

  test('fails clearly outside of an incident and after it was closed, and wants something to say', async () => {
    await expect(play(aStepWorld(outside), incidentUpdate, { note: 'hm' })).rejects.toThrow(
      'begin it with incident.open',
    );
    const world = aStepWorld();
    world.ledger.incidents.set('inc-1', anIncident({ closedAt: NOON }));
    await expect(play(world, incidentUpdate, { note: 'hm' })).rejects.toThrow('was closed at');
    expect(incidentUpdate.with.safeParse({}).success).toBe(false);
  });
});
