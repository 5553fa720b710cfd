import { IncidentId } from '../../domain/ids.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';
import { personHere } from './person-here.ts';

export const publish: CliCommand = (group) => {
  group
    .command('retrospective')
    .argument('<incident>', 'its id')
    .argument('<words>', 'a link to it, or the text itself')
    .description('publish the retrospective of an incident; nobody is reminded of it any more')
    .addHelpText('after', '\nExample:\n  rekey follow-ups retrospective inc-4k9x2m https://wiki.example.com/retro/7')
    .action((incident: string, words: string) =>
      withRekey(async (rekey) => {
        const press = { ...rekey.origin(), person: personHere(rekey), incident: IncidentId.parse(incident) };
        await rekey.followUps.publish({ ...press, words });
        say(`The retrospective of ${incident} is published.`);
      }),
    );
};
