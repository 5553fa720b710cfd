import { assertMay } from '../../domain/policy.ts';
import { reviewDue } from '../../domain/runbook-version.ts';
import { Refusal } from '../../errors.ts';
import type { Desk, Moment } from '../moment.ts';
import { runbookHelp } from '../views/runbook-help.ts';
import { runbookList } from '../views/runbook-list.ts';
import { runbookPlan } from '../views/runbook-plan.ts';
import type { SlashCommand } from './contract.ts';
import { type RunbookIntent, runbookIntent } from './runbook-intent.ts';

/** `/runbook`: what a runbook would do now, and which ones are live. Nothing begins here. */
export const runbook: SlashCommand = {
  command: '/runbook',
  description: 'What a runbook would do if it began now, and which ones are live',
  usageHint: 'plan R-KEY-EXPIRY [key] [input=value …] · list · help',
  verbs: [],
  run: async (typed, moment, desk) => {
    const intent = runbookIntent(typed);
    switch (intent.kind) {
      case 'help':
        return moment.show(runbookHelp());
      case 'list':
        return list(moment, desk);
      case 'plan':
        return plan(intent, moment, desk);
      default:
        return intent satisfies never;
    }
  },
};

async function plan(intent: Extract<RunbookIntent, { kind: 'plan' }>, moment: Moment, desk: Desk): Promise<void> {
  await assertMayRead(intent.key, moment, desk);
  const { runbook: id, key, inputs } = intent;
  const found = await desk.planRunbook({ runbook: id, key, inputs, actor: moment.origin.actor });
  return moment.show(runbookPlan(found));
}

async function list(moment: Moment, desk: Desk): Promise<void> {
  await assertMayRead(null, moment, desk);
  const rows = [];
  for (const live of await desk.ledger.liveRunbooks()) {
    const proof = (await desk.ledger.runbookProofs(live.runbook, 10)).find(({ passed }) => passed) ?? null;
    rows.push({ ...live, provenAt: proof?.at ?? null, due: reviewDue(live, proof, desk.now()) });
  }
  return moment.show(runbookList(rows));
}

/** A plan names callers and people of a key: it is for those who may read that key. */
async function assertMayRead(slug: string | null, moment: Moment, { policy, ledger }: Desk): Promise<void> {
  const key = slug === null ? null : await ledger.keyBySlug(slug);
  const subject = key ?? { owner: null, escalation: null };
  try {
    assertMay((await policy()).policy, 'read', { actor: moment.origin.actor, subject });
  } catch (error) {
    if (!(error instanceof Refusal) || slug !== null) throw error;
    throw new Refusal(error.code, error.message.replace('this key', 'the runbooks'));
  }
}
