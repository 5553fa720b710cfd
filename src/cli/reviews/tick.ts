import { openItems } from '../../domain/review.ts';
import type { CliCommand } from '../command.ts';
import { personHere } from '../follow-ups/person-here.ts';
import { counted, say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

export const tick: CliCommand = (group) => {
  group
    .command('tick')
    .argument('<review>', 'its id')
    .argument('<points...>', 'what you looked at, as `rekey reviews show` names it')
    .description('say that you looked at points of a review')
    .option('--note <text>', 'what was seen; it stands beside your name')
    .addHelpText(
      'after',
      '\nExample:\n  rekey reviews tick rev-weekly-2027-03-08 rotations alarms --note "all explained"',
    )
    .action((review: string, items: string[], { note }: { note?: string }) =>
      withRekey(async (rekey) => {
        const press = { ...rekey.origin(), person: personHere(rekey), review, items, note: note ?? '' };
        const left = openItems(await rekey.followUps.tick(press)).length;
        say(left === 0 ? `${review} is finished.` : `Noted. ${counted(left, 'point')} of ${review} still open.`);
      }),
    );
};
