import { expect, test, vi } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import { openHomeTabs } from '../../src/slack/home-tabs.ts';
import { aKey } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aSlackWorld } from './support.ts';

const SOON = { timeout: 10_000 };

/** Tabs of many people, of which nobody counts but how often the ledger is asked and how many are drawn at once. */
async function manyTabs(everyMs: number) {
  const { deps, rekey, lines } = await aSlackWorld();
  const asked = { openIncidents: 0 };
  const ledger: typeof deps.ledger = {
    ...deps.ledger,
    openIncidents: (limit) => {
      asked.openIncidents += 1;
      return deps.ledger.openIncidents(limit);
    },
  };
  const drawn: string[] = [];
  const now = { drawing: 0, most: 0 };
  const gate = {
    admit: async () => {
      now.drawing += 1;
      now.most = Math.max(now.most, now.drawing);
      return 'bob' as const;
    },
  };
  const voice = {
    permalink: async () => null,
    publishHome: async (user: string) => {
      await new Promise((settled) => setImmediate(settled));
      now.drawing -= 1;
      drawn.push(user);
    },
  };
  const { log } = deps;
  const tabs = openHomeTabs({ desk: { ...deps, ledger }, gate: gate as never, voice, log, everyMs });
  const open = async (count: number) => {
    for (let index = 0; index < count; index++) await tabs.opened({ user: `U0${index}`, teams: [], enterprise: null });
  };
  const change = async (name: string) => {
    const key = aKey({ id: KeyId.parse(`key-${name}`), slug: name, externalRef: name, digest: null, owner: null });
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key }]);
    tabs.changed();
  };
  return { tabs, open, change, drawn, now, asked, lines };
}

test('many open tabs are drawn a few at a time, and what is the same for all of them is read once', async () => {
  const { tabs, open, change, drawn, now, asked } = await manyTabs(200);
  await open(30);
  asked.openIncidents = 0;
  now.most = 0;
  drawn.length = 0;
  await change('lonely');
  await vi.waitFor(() => expect(new Set(drawn).size).toBe(30), SOON);
  expect(now.most).toBeLessThanOrEqual(2);
  expect(asked.openIncidents).toBeLessThan(10);
  await tabs.stop();
});

test('a tab shows the last of many changes, also when it shared what was read before that', async () => {
  const { tabs, open, change, drawn, asked } = await manyTabs(20);
  await open(2);
  for (const name of ['a', 'b', 'c', 'd']) await change(name);
  drawn.length = 0;
  const { openIncidents } = asked;
  await vi.waitFor(() => expect(asked.openIncidents).toBeGreaterThan(openIncidents), SOON);
  await vi.waitFor(() => expect(new Set(drawn).size).toBe(2), SOON);
  await tabs.stop();
});
