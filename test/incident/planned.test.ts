import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { hears } from '../support/incident-decision.ts';
import { anIncidentWorld } from '../support/incident-world.ts';

const DAY_MS = 24 * 3_600_000;
const soon = { timeout: 40_000, interval: 50 };

test('a planned rotation from Slack ends in grace: the caller has the new key, and the API takes both (S1-20)', async () => {
  await using world = await anIncidentWorld({ lifeMs: 20 * DAY_MS });
  const old = await world.callersKey();
  const before = readFileSync(old.delivery?.target ?? '', 'utf8');
  await world.bot.start();
  await world
    .person('alice')
    .command('C0GENERAL', '/rotate-key payments-prod planned grace 4h because "a new quarter"');
  await hears(world, 'alice', 'Both keys work for 4 hours');
  await vi.waitFor(async () => {
    const [newest, oldest] = await world.ledger.read.versionsOf('payments-prod');
    expect([newest?.state, oldest?.state]).toEqual(['active', 'retiring']);
  }, soon);
  const now = readFileSync(old.delivery?.target ?? '', 'utf8');
  expect(now).not.toBe(before);
  expect(await world.ledger.read.openRotationOf('payments-prod')).toMatchObject({ state: 'grace', mode: 'planned' });
  expect(world.wire()).not.toContain(now.trim());
}, 90_000);
