import { describe, expect, test } from 'vitest';
import { KeyId, RunId } from '../../src/domain/ids.ts';
import { keyRefOf } from '../../src/steps/fields.ts';
import { aKey } from '../support/builders.ts';
import { anEngineWorld } from '../support/engine-world.ts';
import { moreKeys } from '../support/fan-out-world.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';

const starts = (runbook: string, inputs = {}, hash?: string) =>
  aPlannedStep('up', {
    uses: 'runbook.start',
    resolve: () => ({ runbook, inputs, ...(hash === undefined ? {} : { hash }) }),
  });
const hashOf = (letter: string) => letter.repeat(64);

describe('one runbook that escalates to another', () => {
  test('goes on for the same incident and key, though the first run is open for that key', async () => {
    const world = await anEngineWorld(aPlan([[starts('R-WORSE', { key: keyRefOf(aKey()) })]]));
    world.setRunbook('R-WORSE', { ...aPlan([[aPlannedStep('inner')]]), hash: hashOf('c') });
    const rekey = await world.open();
    const id = await rekey.begin();
    const [parent, child] = [await rekey.run(id), await rekey.run(RunId.parse(`${id}-up-1`))];
    expect(child).toMatchObject({ incident: parent.incident, key: parent.key, outcome: 'succeeded' });
    expect(parent.outcome).toBe('succeeded');
  });

  test('may be about another key than the run that starts it', async () => {
    const world = await anEngineWorld();
    const [other] = await moreKeys(world, ['peer-key']);
    world.setPlan({ ...aPlan([[starts('R-PEER', other?.inputs)]]), hash: hashOf('f') });
    world.setRunbook('R-PEER', { ...aPlan([[aPlannedStep('inner')]]), hash: hashOf('c') });
    const rekey = await world.open();
    const id = await rekey.begin();
    expect((await rekey.run(RunId.parse(`${id}-up-1`))).key).toBe(KeyId.parse('key-peer-key'));
  });

  test('starts nothing while another text is loaded than the one it names, and says both hashes', async () => {
    const world = await anEngineWorld(aPlan([[starts('R-WORSE', {}, hashOf('b'))]]));
    world.setRunbook('R-WORSE', { ...aPlan([[aPlannedStep('inner')]]), hash: hashOf('c') });
    const rekey = await world.open();
    const run = await rekey.run(await rekey.begin());
    expect(run.steps.up).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(`R-WORSE was to have the text ${hashOf('b')}, .* loaded now is ${hashOf('c')}`),
    });
    expect(await rekey.ledger.read.run(RunId.parse(`${run.id}-up-1`))).toBeNull();
  });

  test('goes five runs deep and no deeper', async () => {
    const world = await anEngineWorld(aPlan([[starts('R-AGAIN')]]));
    // Edited between two starts, runbooks can start each other although lint refuses that.
    world.setRunbook('R-AGAIN', { ...aPlan([[starts('R-AGAIN')]]), hash: hashOf('c') });
    const rekey = await world.open();
    const id = await rekey.begin();
    const fifth = await rekey.run(RunId.parse(`${id}${'-up-1'.repeat(4)}`));
    expect(fifth.steps.up).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^R-AGAIN would be run number 6 in a row .* at most 5 may\./),
    });
    expect(await rekey.ledger.read.run(RunId.parse(`${id}${'-up-1'.repeat(5)}`))).toBeNull();
    expect((await rekey.run(id)).outcome).toBe('failed');
  });
});
