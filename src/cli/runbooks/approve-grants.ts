import { approveGrants as approve } from '../../engine/runbooks/approve-grants.ts';
import { confirmed, givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

interface Wanted {
  because?: string;
  hash?: string;
  yes?: boolean;
}

export const approveGrants: CliCommand = (group) => {
  group
    .command('approve-grants <id>')
    .description('agree to what a runbook on disk may touch besides; until then the text before it stays live')
    .option('--because <reason>', 'why; it stands in the audit')
    .option('--hash <digits>', 'the first digits of the text that you have read: another one is refused')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  rekey runbooks approve-grants R-KEY-LEAK --because "webhook sink reviewed"')
    .action((id: string, wanted: Wanted) =>
      withRekey(async ({ deps, runbooks, origin }) => {
        const held = runbooks.held().find(({ runbook }) => runbook.id === id);
        const reason = await givenOrAsked(wanted.because, { option: '--because', question: 'Why?' });
        if (held !== undefined) await confirmed(`${id} may then touch: ${held.widened.join(', ')}. Agree?`, wanted);
        const hash = wanted.hash ?? held?.runbook.hash ?? null;
        const { widened } = await approve({ ...deps, runbooks }, { ...origin(), runbook: id, hash, reason });
        say(
          `${id} is live with its wider grants (${widened.join(', ')}). A running \`rekey serve\` takes it within seconds.`,
        );
      }),
    );
};
