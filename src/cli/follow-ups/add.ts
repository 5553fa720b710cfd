import { IncidentId } from '../../domain/ids.ts';
import { endOfWorkingDay } from '../../domain/working-time.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { withRekey } from '../with-rekey.ts';

interface Wanted {
  owner: string;
  due: string;
}

export const add: CliCommand = (group) => {
  group
    .command('add')
    .argument('<incident>', 'its id')
    .argument('<what>', 'what is to be done')
    .description('add a follow-up to an incident; its owner is reminded until it is done')
    .requiredOption('--owner <who>', 'a person or group:<name> of policy.yaml')
    .requiredOption('--due <day>', 'until when: 2027-03-24')
    .addHelpText(
      'after',
      '\nExample:\n  rekey follow-ups add inc-4k9x2m "Route the warnings to the owner" --owner carol --due 2027-03-24',
    )
    .action((incident: string, what: string, { owner, due }: Wanted) =>
      withRekey(async ({ followUps, origin, policy }) => {
        const dueAt = endOfWorkingDay(due, policy.team.time_zone);
        const added = await followUps.add({ ...origin(), incident: IncidentId.parse(incident), what, owner, dueAt });
        say(`${added.id} is added for ${added.owner}, until ${due}.`);
      }),
    );
};
