import { planRunbook } from '../../engine/plan/plan-runbook.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { collectInputs } from './inputs-option.ts';
import { planJson } from './plan-json.ts';
import { planText } from './plan-text.ts';

interface Wanted {
  key?: string;
  input: Record<string, string>;
  json?: boolean;
}

export const plan: CliCommand = (group) => {
  group
    .command('plan <id>')
    .description(
      'what a run would do if it began now: calls, people, notices, blast radius, the way back; writes nothing',
    )
    .option('--key <key>', 'the key that it is about: its name, its id or its fingerprint')
    .option('--input <name=value>', 'an input of the runbook; may be given several times', collectInputs, {})
    .option('--json', 'print one JSON object (docs/plan.md)')
    .addHelpText(
      'after',
      `
Exit code 0: it could begin now. 1: something stands in the way, or a step would fail as things stand.

Example:
  rekey runbooks plan R-KEY-EXPIRY --key payments-prod --input situation=exploited`,
    )
    .action((id: string, { key = undefined, input, json }: Wanted) =>
      withRekey(async ({ deps, runbooks, actor }) => {
        const found = await planRunbook({ ...deps, runbooks }, { runbook: id, key: key ?? null, inputs: input, actor });
        if (json) sayJson(planJson(found));
        else say(planText(found));
        process.exitCode = isClear(found) ? 0 : 1;
      }),
    );
};

function isClear({ start, run }: Awaited<ReturnType<typeof planRunbook>>): boolean {
  return start.obstacles.length === 0 && run.steps.every(({ problems }) => problems.length === 0);
}
