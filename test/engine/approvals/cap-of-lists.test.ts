import { describe, expect, test } from 'vitest';
import { KeyId, type StepId } from '../../../src/domain/ids.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { PermanentFailure } from '../../../src/errors.ts';
import { keyRefOf } from '../../../src/steps/fields.ts';
import { aKey, aPolicy } from '../../support/builders.ts';
import { anEngineWorld } from '../../support/engine-world.ts';
import { aChildPlan, eachOf, fanStep } from '../../support/fan-out-plans.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';

const KEYS = ['a', 'b', 'c'].map((name) =>
  aKey({ id: KeyId.parse(`key-${name}`), slug: `${name}-prod`, externalRef: name, digest: null, predecessor: null }),
);
const found = aPlannedStep('found');
const go = aPlannedStep('go', {
  uses: 'approve',
  effect: 'reads',
  resolve: () => ({ question: 'Revoke them all?', rule: 'rotate' }),
});
/** One run for each key that `found` gives; there is no list before. */
const all = (overrides: Partial<PlannedStep> = {}) =>
  fanStep(
    eachOf([], {
      items: ({ steps }) => {
        if (steps.found === undefined) throw new PermanentFailure('found has given no list');
        return KEYS.map((key) => ({ name: key.slug, inputs: { key: keyRefOf(key) } }));
      },
    }),
    { needs: new Set(['found']), ...overrides },
  );

/** The rule that `go` asks under, where `rotate` is capped at `maxKeys`, and `strict` holds above; or why nobody is asked. */
async function askedUnder(stages: PlannedStep[][], { maxKeys = 2, above = 'strict' } = {}): Promise<string> {
  const world = await anEngineWorld(aPlan(stages));
  world.setRunbook('R-CHILD', aChildPlan());
  const strict = { approve: 2, from: ['bob', 'carol'] };
  const rotate = { approve: 1, from: ['bob'], cap: { max_keys: maxKeys, above } };
  world.setPolicy(aPolicy({ rules: { rotate, strict } as never }));
  const here = await world.open();
  await recordEvents(
    here.ledger,
    KEYS.map((key) => ({ type: 'key_issued', key })),
  );
  const id = await here.begin();
  const record = (await here.run(id)).steps.go;
  return record?.state === 'failed' ? record.error : (await here.openApproval(id)).ruleName;
}

describe('max_keys of a rule', () => {
  test('counts the keys of a list that the run has found', async () => {
    expect(await askedUnder([[found], [go], [all()]])).toBe('strict');
  });

  test('counts the one that the run is about with them, and lets what is not above it pass', async () => {
    expect(await askedUnder([[found], [go], [all()]], { maxKeys: 4 })).toBe('rotate');
    expect(await askedUnder([[found], [go], [all()]], { maxKeys: 3 })).toBe('strict');
  });

  test('above it nobody decides where the cap refuses, and nothing begins', async () => {
    expect(await askedUnder([[found], [go], [all()]], { above: 'refuse' })).toContain('about 4 keys, more than 2');
  });

  test.each([
    ['after the approval', [[go], [found], [all()]]],
    ['beside the approval', [[go, found], [all()]]],
  ])('is passed by a list that is found %s', async (_when, stages) => {
    expect(await askedUnder(stages)).toBe('strict');
    expect(await askedUnder(stages, { above: 'refuse' })).toContain('not known before the list of them is there');
  });

  test.each([
    ['that has been gone through already', [[found], [all()], [go]]],
    ['whose condition does not hold', [[found], [go], [all({ when: never() })]]],
    ['whose step was left out', [[{ ...found, when: never() }], [go], [all()]]],
  ])('leaves out a list %s', async (_which, stages) => {
    expect(await askedUnder(stages)).toBe('rotate');
  });
});

function never(): PlannedStep['when'] {
  return { text: 'false', reads: new Set<StepId>(), holds: () => false };
}
