import { Argument } from 'commander';
import type { Incident } from '../../domain/incident.ts';
import { IncidentRole } from '../../domain/incident-work.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { happened } from './happened.ts';
import { onIncident } from './on-incident.ts';
import { SEVERITIES } from './open.ts';

const INCIDENT = 'the id of an incident (inc-…)';

export const role: CliCommand = (group) => {
  group
    .command('role')
    .argument('<incident>', INCIDENT)
    .addArgument(new Argument('<role>', 'which one').choices(IncidentRole.options))
    .argument('<person>', 'as policy.yaml names them')
    .description('give a role to somebody, or take it; whoever gets it is told')
    .option('--because <reason>', 'why')
    .addHelpText('after', '\nExample:\n  rekey incidents role inc-7gmw3c commander bob --because "I go off shift"')
    .action((id: string, which: IncidentRole, person: string, { because = '' }: { because?: string }) =>
      onIncident(id, async (incidents, request) => {
        await incidents.giveRole({ ...request, role: which, person, reason: because });
        say(`${person} is ${which} of ${id} now.`);
      }),
    );
};

export const severity: CliCommand = (group) => {
  group
    .command('severity')
    .argument('<incident>', INCIDENT)
    .addArgument(new Argument('<severity>', 'the new one').choices(SEVERITIES))
    .description('change how grave it is')
    .option('--because <reason>', 'why')
    .addHelpText('after', '\nExample:\n  rekey incidents severity inc-7gmw3c SEV1 --because "customers are locked out"')
    .action((id: string, wanted: Incident['severity'], { because }: { because?: string }) =>
      onIncident(id, async (incidents, request) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        await incidents.setSeverity({ ...request, severity: wanted, reason });
        say(`${id} is ${wanted} now.`);
      }),
    );
};

interface Said {
  conditions?: string;
  actions?: string;
  needs?: string;
  draft?: boolean;
}

export const status: CliCommand = (group) => {
  group
    .command('status')
    .argument('<incident>', INCIDENT)
    .description('post how it stands: conditions, actions, needs')
    .option('--conditions <words>', 'what is the case')
    .option('--actions <words>', 'what is being done')
    .option('--needs <words>', 'what is missing')
    .option('--draft', 'print what could be said from what is on record, and post nothing')
    .addHelpText(
      'after',
      '\nExample:\n  rekey incidents status inc-7gmw3c --conditions "checkout is down" --needs "a yes of carol"',
    )
    .action((id: string, { draft, ...said }: Said) =>
      onIncident(id, async (incidents, request) => {
        if (draft === true) {
          await incidents.assertMay({ ...request, verb: 'read' });
          const { conditions, actions, needs } = await incidents.draftStatus(request.incident);
          return say(`conditions  ${conditions}\nactions     ${actions}\nneeds       ${needs}`);
        }
        await incidents.postStatus({ ...request, ...said });
        return say(`Posted for ${id}.`);
      }),
    );
};

export const note: CliCommand = (group) => {
  group
    .command('note')
    .argument('<incident>', INCIDENT)
    .argument('<words>', 'what happened')
    .description('put something on the timeline')
    .option('--at <time>', 'when: 03:12 or 2026-11-21T03:12, on a clock of the team; now when it is left out')
    .addHelpText('after', '\nExample:\n  rekey incidents note inc-7gmw3c "the cache was cleared by hand" --at 03:12')
    .action((id: string, words: string, { at }: { at?: string }) =>
      onIncident(id, async (incidents, request, { policy }) => {
        await incidents.note({ ...request, words, happenedAt: happened(at, policy) });
        say(`Noted on the timeline of ${id}.`);
      }),
    );
};
