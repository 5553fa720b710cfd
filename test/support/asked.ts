import type { StepUp } from '../../src/providers/step-up.ts';
import { aPolicy } from './builders.ts';
import { anEngineWorld, type EngineProcess } from './engine-world.ts';
import { aPlan, aPlannedStep } from './plans.ts';

export const gated = aPlan([
  [aPlannedStep('go', { uses: 'approve', resolve: () => ({ question: 'Replace it?', rule: 'rotate' }) })],
  [aPlannedStep('mint')],
]);
type Policy = ReturnType<typeof aPolicy>;
export const rule = (overrides: Partial<Policy['rules'][string]>) =>
  aPolicy({
    rules: { rotate: { approve: 1, from: ['owner', 'group:security'], ...overrides } as Policy['rules'][string] },
  });

/** Two processes on one file, and a run of alice's that waits for bob or carol. */
export async function asked(policy: Policy = aPolicy(), stepUp?: StepUp) {
  const world = await anEngineWorld(gated);
  world.setPolicy(policy, 'b'.repeat(64));
  const [here, there] = [await world.open({ stepUp }), await world.open({ stepUp })];
  const id = await here.begin();
  return { world, here, there, id, approval: await here.openApproval(id) };
}

export const minted = (world: { outside: { effects: Map<string, number> } }) => world.outside.effects.size;
export const refusals = async ({ ledger }: EngineProcess) =>
  (await ledger.read.audit({ limit: 200 })).filter((line) => line.action === 'request_refused');
