import { describe, expect, test } from 'vitest';
import { KeyId } from '../../src/domain/ids.ts';
import type { Key } from '../../src/domain/key.ts';
import type { Situation } from '../../src/domain/run.ts';
import { Refusal } from '../../src/errors.ts';
import { aKey, alice, daysAfter, NOON } from '../support/builders.ts';
import { anEngineWorld, from } from '../support/engine-world.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const waiting = aPlan([
  [aPlannedStep('go', { uses: 'approve', resolve: () => ({ question: 'Replace it?', rule: 'rotate' }) })],
]);
const LEAK = { ...waiting, hash: '1'.repeat(64) };
const reports = aKey({
  id: KeyId.parse('key-reports'),
  slug: 'reports-prod',
  digest: 'd9',
  externalRef: 'rep1',
  expiresAt: daysAfter(NOON, 40),
  predecessor: null,
});

/** The runbook and inputs of a run that is started for `reports-prod`; `loaded`: R-KEY-LEAK is among the runbooks. */
async function startedAs(situation: Situation, { loaded, fits = true }: { loaded: boolean; fits?: boolean }) {
  const world = await anEngineWorld(waiting);
  if (loaded) world.setRunbook('R-KEY-LEAK', LEAK);
  const rekey = await world.open();
  if (!fits)
    rekey.deps.runbooks.assertFits = (id: string, key: Pick<Key, 'slug'>) => {
      if (id === 'R-KEY-LEAK') throw new Refusal('runbook_does_not_fit', `${id} cannot be run for ${key.slug}.`);
    };
  const slug = situation === 'expired' ? 'payments-prod' : 'reports-prod';
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: reports }]);
  const started = await rekey.engine.rotate({ ...from(alice), slug, situation, reason: 'a gist' });
  const run = await rekey.run(started.run as never);
  await rekey.queue.settle();
  return { runbook: run.runbook.id, situation: run.inputs.situation };
}

describe('what somebody else may have', () => {
  test.each<Situation>(['suspected', 'exploited'])('is replaced by R-KEY-LEAK when it is %s', async (situation) => {
    expect(await startedAs(situation, { loaded: true })).toEqual({ runbook: 'R-KEY-LEAK', situation });
  });

  test('goes by the emergency runbook in a team that has no runbook for leaks', async () => {
    const started = await startedAs('exploited', { loaded: false });
    expect(started).toEqual({ runbook: 'R-KEY-EXPIRY', situation: 'exploited' });
  });

  test('goes by the lanes of the emergency runbook when the one for leaks is not for such a key', async () => {
    expect(await startedAs('suspected', { loaded: true, fits: false })).toMatchObject({ runbook: 'R-KEY-EXPIRY' });
  });
});

test('a key that only expired never goes by the runbook for leaks', async () => {
  expect(await startedAs('expired', { loaded: true })).toEqual({ runbook: 'R-KEY-EXPIRY', situation: 'expired' });
});
