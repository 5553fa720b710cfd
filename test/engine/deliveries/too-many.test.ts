import { describe, expect, test } from 'vitest';
import { MOST_ADDRESSEES } from '../../../src/domain/dispatch.ts';
import { aNoticesWorld } from './notices-world.ts';

/** As many contacts behind one caller, each with one address. */
function contactsOf(count: number): Record<string, object> {
  const contact = (index: number) => ({
    name: `Partner ${index}`,
    for: ['caller:shared'],
    mail: { to: `ops-${index}@partner.example`, over: 'company' },
  });
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`partner-${index}`, contact(index)]));
}

describe('a notice to very many', () => {
  test('is asked for as long as whoever approves it can see every one of them', async () => {
    const contacts = contactsOf(MOST_ADDRESSEES);
    const { read, id } = await aNoticesWorld({ to: 'caller:shared', contacts });
    const [dispatch] = await read.dispatchesOfRun(id);
    expect(dispatch?.addressees).toHaveLength(MOST_ADDRESSEES);
  });

  test('is not even written when nobody could read all recipients, and says how to go on', async () => {
    const contacts = contactsOf(MOST_ADDRESSEES + 1);
    const { read, id, process } = await aNoticesWorld({ to: 'caller:shared', contacts });
    expect(await read.dispatchesOfRun(id)).toEqual([]);
    expect((await process.run(id)).steps.tell).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/61 addresses.*at most 60.*Nothing was sent/),
    });
  });
});
