import { expect, test } from 'vitest';
import { hears } from '../support/incident-decision.ts';
import { anIncidentWorld } from '../support/incident-world.ts';

test('/runbook plan shows whoever may read the key what would happen, and nothing happens', async () => {
  await using world = await anIncidentWorld({ lifeMs: 20 * 24 * 3_600_000 });
  await world.bot.start();
  const before = await world.ledger.read.auditHead();
  const alice = world.person('alice');
  await alice.command('C0GENERAL', '/runbook plan R-ROTATE payments-prod mode=exploited');
  await hears(world, 'alice', 'Plan of R-ROTATE for payments-prod v1');
  await hears(world, 'alice', 'POINT OF NO RETURN');
  await hears(world, 'alice', 'Nothing was written, nobody was asked or told');
  expect(await world.ledger.read.auditHead()).toEqual(before);

  await alice.command('C0GENERAL', '/runbook plan R-ROTAET payments-prod');
  await hears(world, 'alice', 'did you mean R-ROTATE?');
  await alice.command('C0GENERAL', '/runbook list');
  await hears(world, 'alice', 'R-KEY-EXPIRY');
}, 90_000);
