import type { CliCommand } from './command.ts';
import { environmentHere } from './config-here.ts';
import type { Check } from './doctor/check.ts';
import { clickCheck } from './doctor/click.ts';
import { examined } from './doctor/configuration.ts';
import { hooksCheck, keyFilesCheck, secretFilesCheck } from './doctor/private-files.ts';
import { portCheck, queueCheck } from './doctor/reachable.ts';
import { slackChecks } from './doctor/slack.ts';
import { ledgerCheck, runbooksCheck } from './doctor/stored.ts';
import { counted, say, sayJson } from './print.ts';

const MARKS = { ok: '✓', problem: '✗', skipped: '–' } as const;
const WIDEST_NAME = 24;

export const doctor: CliCommand = (program) => {
  program
    .command('doctor')
    .description(
      'looks at everything that an incident will need, and says what to do about what is not right; exit 1 then',
    )
    .option('--json', 'print one JSON object at the end')
    .addHelpText('after', HELP)
    .action(async ({ json }: { json?: boolean }) => {
      const checks: Check[] = [];
      for await (const check of allChecks()) {
        checks.push(check);
        if (!json) tell(check);
      }
      const bad = checks.filter((check) => check.state === 'problem').length;
      if (json) sayJson({ ok: bad === 0, checks });
      else say(bad === 0 ? '\nReady for an incident.' : `\n${counted(bad, 'problem')} to mend.`);
      process.exitCode = bad === 0 ? 0 : 1;
    });
};

const HELP = `
✓ right   ✗ not right, with what to do   – could not be looked at, with why

"a click through" plays one incident: it starts the emergency runbook on a scratch key in a scratch ledger, approves as somebody
whom the policy lets approve, sees the run go on, cancels it and sees everything taken back. Nothing outside is touched.

Example:
  rekey doctor --json | jq '.checks[] | select(.state == "problem")'`;

/** In the order in which they are mended; each is told as soon as it is known. */
async function* allChecks(): AsyncGenerator<Check> {
  const env = environmentHere();
  const { check, config } = await examined(env);
  yield check;
  yield await secretFilesCheck(env);
  if (config === null) return;
  yield await keyFilesCheck(config);
  yield await ledgerCheck(config);
  yield await runbooksCheck(config);
  yield await hooksCheck(config);
  yield await queueCheck(config);
  yield await portCheck(config);
  yield* await slackChecks(config);
  yield await clickCheck(config);
}

function tell({ name, state, says, todo }: Check): void {
  say(`${MARKS[state]} ${name.padEnd(WIDEST_NAME)}${says}`);
  for (const line of todo) say(`    ${line}`);
}
