import type { FollowUp } from '../../domain/follow-up.ts';
import { endOfWorkingDay } from '../../domain/working-time.ts';
import type { OnFollowUp } from '../../engine/follow-ups/follow-ups.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { type Rekey, withRekey } from '../with-rekey.ts';
import { personHere } from './person-here.ts';

interface Reasoned {
  because?: string;
}

export const done: CliCommand = (group) => {
  group
    .command('done')
    .argument('<follow-up>', 'its id')
    .description('say that it is done; nobody is reminded of it any more')
    .option('--note <text>', 'what shows it')
    .addHelpText('after', '\nExample:\n  rekey follow-ups done fup-4k9x2m --note "merged in #812"')
    .action((followUp: string, { note }: { note?: string }) =>
      on(followUp, 'done', ({ followUps }, press) => followUps.done({ ...press, note: note ?? '' })),
    );
};

export const assign: CliCommand = (group) => {
  group
    .command('assign')
    .argument('<follow-up>', 'its id')
    .argument('<who>', 'a person or group:<name> of policy.yaml')
    .description('hand it over to somebody else')
    .option('--because <reason>', 'why')
    .addHelpText('after', '\nExample:\n  rekey follow-ups assign fup-4k9x2m group:payments')
    .action((followUp: string, to: string, { because }: Reasoned) =>
      on(followUp, `${to}'s now`, ({ followUps }, press) =>
        followUps.handOver({ ...press, to, reason: because ?? '' }),
      ),
    );
};

export const move: CliCommand = (group) => {
  group
    .command('move')
    .argument('<follow-up>', 'its id')
    .argument('<day>', 'until when instead: 2027-03-24')
    .description('move its date; the reminders begin anew')
    .option('--because <reason>', 'why; it stands in the summary')
    .addHelpText('after', '\nExample:\n  rekey follow-ups move fup-4k9x2m 2027-04-14 --because "the vendor is late"')
    .action((followUp: string, day: string, { because }: Reasoned) =>
      on(followUp, `due on ${day}`, async ({ followUps, policy }, press) => {
        const dueAt = endOfWorkingDay(day, policy.team.time_zone);
        return followUps.move({ ...press, dueAt, reason: await reasonOf(because) });
      }),
    );
};

export const drop: CliCommand = (group) => {
  group
    .command('drop')
    .argument('<follow-up>', 'its id')
    .description('let it go, with a reason')
    .option('--because <reason>', 'why it is not needed; it stands in the summary')
    .addHelpText('after', '\nExample:\n  rekey follow-ups drop fup-4k9x2m --because "the service is gone"')
    .action((followUp: string, { because }: Reasoned) =>
      on(followUp, 'dropped', async ({ followUps }, press) =>
        followUps.drop({ ...press, reason: await reasonOf(because) }),
      ),
    );
};

function reasonOf(because: string | undefined): Promise<string> {
  return givenOrAsked(because, { option: '--because', question: 'Why?' });
}

function on(
  followUp: string,
  state: string,
  work: (rekey: Rekey, press: OnFollowUp) => Promise<FollowUp>,
): Promise<void> {
  return withRekey(async (rekey) => {
    const { what } = await work(rekey, { ...rekey.origin(), followUp, person: personHere(rekey) });
    say(`${followUp} is ${state}: ${what}`);
  });
}
