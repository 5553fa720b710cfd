import type { CliCommand } from './command.ts';
import type { Check } from './doctor/check.ts';
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
    .option('--send-test <person>', 'also send one mail, which says that it is a test, to somebody of policy.yaml')
    .addHelpText('after', HELP)
    .action(async ({ json, sendTest }: { json?: boolean; sendTest?: string }) => {
      // Loaded when asked for: no other command needs the engine and Slack's libraries.
      const { allChecks } = await import('./doctor/all-checks.ts');
      const checks: Check[] = [];
      for await (const check of allChecks({ sendTest })) {
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
No mail is sent without --send-test.

Example:
  rekey doctor --send-test bob
  rekey doctor --json | jq '.checks[] | select(.state == "problem")'`;

function tell({ name, state, says, todo }: Check): void {
  say(`${MARKS[state]} ${name.padEnd(WIDEST_NAME)}${says}`);
  for (const line of todo) say(`    ${line}`);
}
