import { expect, test, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import { aPlan, aPlannedStep } from '../support/plans.ts';
import { aSlackWorld, OPS, says } from './support.ts';

const ITEMS = Array.from({ length: 60 }, (_, index) => ({
  id: `item_${index}_${'x'.repeat(12)}`,
  text: `Do thing number ${index}`,
}));

test('a list of sixty items is ticked by two people at once, and nobody takes back what the other one said', async () => {
  const ask = { question: 'Everything done?', assignee: 'group:security', checklist: ITEMS };
  const plan = aPlan([[aPlannedStep('asked', { uses: 'ask', effect: 'reads', resolve: () => ask })]]);
  const { workspace, start, rekey } = await aSlackWorld({ plan });
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const [alice, bob, carol] = ['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => workspace.person(id));
  if (!alice || !bob || !carol) throw new Error('nobody is there');
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const started = await alice.waitForMessage(says('Started for payments-prod'), { timeoutMs: 10_000 });
  const run = RunId.parse(/run-\d+/.exec(started.text)?.[0]);
  const open = async (who: typeof bob) => {
    const mine = await who.waitForMessage(
      (one) => one.channel === who.directMessage() && says('A checklist for you')(one),
      {
        timeoutMs: 10_000,
      },
    );
    await who.click(mine, 'answer');
    return who.waitForView((view) => view.callbackId === 'answer', { timeoutMs: 10_000 });
  };
  const idsOf = (from: number, to: number) => ITEMS.slice(from, to).map(({ id }) => id);
  const [first, second] = [await open(bob), await open(carol)];
  const answers = await Promise.all([
    bob.submit(first, { 'done-0': idsOf(0, 10), 'done-5': idsOf(50, 60) }),
    carol.submit(second, { 'done-1': idsOf(10, 20) }),
  ]);
  expect(answers).toEqual([{ ok: true }, { ok: true }]);
  await alice.waitForMessage((one) => one.threadTs !== undefined && says('30 of 60 done')(one), { timeoutMs: 10_000 });
  const again = await open(carol);
  const rest = { 'done-2': idsOf(20, 30), 'done-3': idsOf(30, 40), 'done-4': idsOf(40, 50) };
  const kept = { 'done-0': idsOf(0, 10), 'done-1': idsOf(10, 20), 'done-5': idsOf(50, 60) };
  expect(await carol.submit(again, { ...kept, ...rest })).toEqual({ ok: true });
  await vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe('succeeded'), { timeout: 10_000 });
  expect(await rekey.ledger.read.openAsksOfRun(run)).toEqual([]);
});
