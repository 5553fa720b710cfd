import { commandOf } from './contract.ts';
import { drill, list, show } from './runbook/look.ts';
import { plan, showPlan } from './runbook/plan.ts';
import { reload } from './runbook/reload.ts';
import { run } from './runbook/run.ts';
import { status } from './runbook/status.ts';
import { steering } from './runbook/steer.ts';

/** `/runbook`: what there is, what it would do, and the runs of it. */
export const runbook = commandOf({
  command: '/runbook',
  description: 'Look at runbooks, start one, and steer its runs',
  usageHint: 'list · show R-… · plan R-… [key] · run R-… [key] [input=value …] because "…" · status [RUN] · help',
  verbs: [list, show, plan, run, status, ...steering, drill, reload],
  // `/runbook R-KEY-EXPIRY payments-prod` has always meant its plan.
  otherwise: async (words, moment, desk) => {
    if (!/^r-/i.test(words[0]?.text ?? '')) return false;
    await showPlan(words, moment, desk);
    return true;
  },
});
