import { TELL_RUNBOOK } from '../../engine/deliveries/deliveries.ts';
import { planRunbook } from '../../engine/plan/plan-runbook.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { noticeInputs, type WantedNotice, withNoticeOptions } from './wanted.ts';

export const preview: CliCommand = (group) => {
  withNoticeOptions(
    group
      .command('preview')
      .argument('<key>', 'its name, its id, the public id inside it, or its fingerprint')
      .description('the exact text and everybody it would go to; nothing is written or sent'),
  )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey notices preview payments-prod --data "No data was at risk."')
    .action((key: string, { json, ...wanted }: WantedNotice & { json?: boolean }) =>
      withRekey(async ({ deps, runbooks, actor }) => {
        const inputs = await noticeInputs(wanted);
        const plan = await planRunbook({ ...deps, runbooks }, { runbook: TELL_RUNBOOK, key, inputs, actor });
        const step = plan.run.steps.find(({ uses }) => uses === 'notice.send');
        if (json) sayJson(step ?? null);
        else say([...(step?.calls ?? []), ...(step?.problems ?? [])].join('\n\n'));
      }),
    );
};
