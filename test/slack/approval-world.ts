import { expect, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { SlackDeps } from '../../src/slack/deps.ts';
import type { View } from '../../src/workspace/state/view.ts';
import { aPolicy } from '../support/builders.ts';
import { aSlackWorld, INCIDENTS, OPS, type SlackWorld, says } from './support.ts';

/** An open question about payments-prod under such a rule, asked for by alice; bob and carol are the security team. */
export async function anApprovalUnder(
  rule: object,
  more: Partial<Policy> = {},
  prepare: (slackWorld: SlackWorld) => Promise<Partial<SlackDeps>> = async () => ({}),
) {
  const { rules, break_glass } = aPolicy({
    rules: { rotate: { approve: 1, from: ['group:security'], ...rule } as never },
    break_glass: { from: ['group:oncall'], review_by: ['group:security'] } as never,
  });
  const slackWorld = await aSlackWorld({ policy: { rules, break_glass, ...more } });
  const { workspace, start, rekey } = slackWorld;
  const prepared = await prepare(slackWorld);
  const slack = await start(prepared);
  await vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 10_000 });
  const [alice, bob, carol] = [workspace.person('U0ALICE'), workspace.person('U0BOB'), workspace.person('U0CAROL')];
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const started = await alice.waitForMessage(says('Started for payments-prod'));
  const run = RunId.parse(/run-\d+/.exec(started.text)?.[0]);
  const card = await bob.waitForMessage((message) => message.channel === INCIDENTS && says('Approval needed')(message));
  const review = async (person: typeof bob) => {
    await person.click(card, 'review');
    return person.waitForView((view) => view.callbackId === 'review');
  };
  const [approval] = await rekey.ledger.read.openApprovalsOfRun(run);
  if (approval === undefined) throw new Error('no approval is open');
  const outcome = async () => (await rekey.ledger.read.approval(approval.id))?.outcome ?? null;
  return { ...slackWorld, ...prepared, slack, alice, bob, carol, run, card, review, outcome, approval };
}

export const decisionOf = (modal: View) =>
  modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
