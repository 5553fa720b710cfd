import { describe, expect, test } from 'vitest';
import { toldAbout } from '../../../src/domain/told-about.ts';
import { aNoticesWorld } from './notices-world.ts';

describe('people of our own behind a caller', () => {
  test('are told at once, and whom they were told for stands on record', async () => {
    const contacts = { own: { name: 'Payments', for: ['caller:billing', 'caller:ledger'], inside: 'carol' } };
    const { process, id, read } = await aNoticesWorld({ to: 'caller:billing, caller:ledger', contacts });
    const run = await process.play(id);
    expect(run.steps.tell).toMatchObject({ state: 'done', outputs: { inside: ['caller:billing', 'caller:ledger'] } });
    const notices = (await read.noticesOfKey(run.key ?? ('' as never))).filter(
      ({ template }) => template === 'key-notice',
    );
    expect(notices).toMatchObject([{ recipient: 'person:carol', about: ['caller:billing', 'caller:ledger'] }]);
    const { told } = toldAbout({ notices, deliveries: [], reopenedAt: null });
    expect([...told].sort()).toEqual(['caller:billing', 'caller:ledger', 'person:carol']);
  });
});
