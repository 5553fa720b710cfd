import { describe, expect, test } from 'vitest';
import type { OpenRuns } from '../../src/domain/run.ts';
import { aKey, MINUTE, NOON } from '../support/builders.ts';
import { anEngineWorld } from '../support/engine-world.ts';
import { waitsUntil } from '../support/holding.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

let alerts = 0;
const alert = () => {
  alerts += 1;
  return {
    actor: 'hook:payments_api',
    channel: 'hook',
    dedupe: { source: 'hook', id: `open-runs-${alerts}` },
    alert: 'key_expired_blocked',
    key: 'payments-prod',
    count: 5,
    windowMinutes: 10,
    firstSeenAt: NOON,
    details: {},
  } as const;
};

/** A runbook whose run stays open. */
async function aWorldWith(openRuns: OpenRuns) {
  const world = await anEngineWorld({ ...aPlan([[aPlannedStep('hold')]]), openRuns });
  world.outside.results.set('hold', waitsUntil(60 * MINUTE));
  return { world, rekey: await world.open() };
}

describe('a second alert for a key', () => {
  test('joins the run that has the key', async () => {
    const { rekey } = await aWorldWith('one_per_key');
    const first = await rekey.engine.alert(alert());
    expect(await rekey.engine.alert(alert())).toMatchObject({ kind: 'joined', run: first.run });
  });

  test('starts a run of its own where several may be open, and none of them has the key', async () => {
    const { rekey } = await aWorldWith('any');
    const first = await rekey.engine.alert(alert());
    const second = await rekey.engine.alert(alert());
    expect([first.kind, second.kind]).toEqual(['started', 'started']);
    expect(second.run).not.toBe(first.run);
    expect(await rekey.ledger.read.openRunOfKey(aKey().id)).toBeNull();
    expect(await rekey.ledger.read.holdersOf(aKey().id)).toEqual([]);
  });

  test('leaves the run alone that has the key', async () => {
    const { world, rekey } = await aWorldWith('one_per_key');
    const holding = await rekey.engine.alert(alert());
    world.setPlan({ ...aPlan([[aPlannedStep('hold')]]), hash: 'f'.repeat(64), openRuns: 'any' });
    const beside = await rekey.engine.alert(alert());
    expect(beside.kind).toBe('started');
    expect((await rekey.ledger.read.openRunOfKey(aKey().id))?.id).toBe(holding.run);
  });
});
