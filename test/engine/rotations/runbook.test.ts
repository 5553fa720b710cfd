import { expect, test } from 'vitest';
import { openRotations } from '../../../src/engine/rotations/open-rotations.ts';
import { openRunbookSet } from '../../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../../src/steps/index.ts';
import { aClassRule, bob } from '../../support/builders.ts';
import { from } from '../../support/engine-world.ts';
import { aRotationsWorld, asks } from './rotations-world.ts';

const shipped = openRunbookSet('runbooks', stepKinds);

test.each([
  ['planned', asks()],
  ['planned, for somebody to claim', asks({ deliver: { to: 'claim', recipient: 'person:carol' } })],
  ['planned, for its owner to claim', asks({ deliver: { to: 'claim', recipient: 'owner' } })],
  ['suspected', asks({ ...from(bob), mode: 'suspected' })],
  ['extended', asks({ ...from(bob), mode: 'extended' })],
  ['exploited', asks({ ...from(bob), mode: 'exploited' })],
])('the R-ROTATE that is shipped takes a rotation that is %s as it is asked for', async (_what, request) => {
  const rekey = await (await aRotationsWorld()).process();
  const runbooks = await shipped;
  rekey.queue.forgets = true;
  const rotations = openRotations({ ...rekey.deps, runbooks, classRule: async () => aClassRule() });
  const { rotation } = await rotations.request(request);
  const [run] = await rekey.ledger.read.runsOfKey(rotation.key);
  expect(run?.runbook.hash).toBe(runbooks.current('R-ROTATE')?.hash);
  expect(runbooks.planOf(run?.runbook ?? { id: '', hash: '', text: '' }).id).toBe('R-ROTATE');
});
