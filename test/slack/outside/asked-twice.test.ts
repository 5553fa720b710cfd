import { describe, expect, test } from 'vitest';
import { bob } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { anOutsideIncident } from './world.ts';

const SAID = { to: 'contact:partner', dataIntegrity: 'No data was at risk', template: null, reason: 'they call us' };

describe('telling the same people of the same key', () => {
  test('a second time is refused while the first is open, and says which one it is', async () => {
    const here = await anOutsideIncident();
    await here.asks(here.bob);
    const [first] = await here.deps.ledger.dispatches(10);
    const again = here.deliveries.tell({ ...from(bob), incident: here.incident.id, ...SAID });
    await expect(again).rejects.toMatchObject({
      code: 'already_asked',
      message: expect.stringContaining(first?.id ?? '-'),
    });
    expect(await here.deps.ledger.dispatches(10)).toHaveLength(1);
    // Once the first is over, nothing is in the way.
    await here.approves(here.carol);
    await here.left(here);
    await here.notice(here.bob, '2 told');
    await expect(here.deliveries.tell({ ...from(bob), incident: here.incident.id, ...SAID })).resolves.toMatchObject({
      incident: here.incident.id,
    });
  });

  test('is refused for an incident that is closed', async () => {
    const here = await anOutsideIncident();
    const { id } = here.incident;
    const at = here.rekey.deps.now();
    const closed = { type: 'incident_closed', incident: id, openPoints: [] as string[] } as const;
    await recordEvents(here.rekey.ledger, [closed], { at, actor: 'person:bob' });
    const late = here.deliveries.tell({ ...from(bob), incident: id, ...SAID });
    await expect(late).rejects.toMatchObject({ code: 'incident_closed' });
    expect(await here.deps.ledger.dispatches(10)).toEqual([]);
  });
});
