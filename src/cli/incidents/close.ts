import { pointCode } from '../../domain/gate-point.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { counted, say } from '../print.ts';
import { onIncident } from './on-incident.ts';

const INCIDENT = 'the id of an incident (inc-…)';

export const close: CliCommand = (group) => {
  group
    .command('close')
    .argument('<incident>', INCIDENT)
    .description('close it, or say what is missing (exit code 1)')
    .addHelpText('after', '\nExample:\n  rekey incidents close inc-7gmw3c')
    .action((id: string) =>
      onIncident(id, async (incidents, request) => {
        const { openPoints } = await incidents.close(request);
        if (openPoints.length === 0) return say(`${id} is closed.`);
        process.exitCode = 1;
        say(`${id} stays open: ${counted(openPoints.length, 'point')} not done.`);
        say(openPoints.map((point) => `  ${pointCode(point)}  ${point}`).join('\n'));
        return say(
          `To let one go with your name: rekey incidents waive ${id} ${pointCode(openPoints[0] ?? '')} --because "…"`,
        );
      }),
    );
};

export const waive: CliCommand = (group) => {
  group
    .command('waive')
    .argument('<incident>', INCIDENT)
    .argument('<point>', 'its code in `close`')
    .description('let it close although a point is open, with your name and a reason')
    .option('--because <reason>', 'why it can close without that')
    .addHelpText(
      'after',
      '\nExample:\n  rekey incidents waive inc-7gmw3c p3f2c --because "the peer is being shut down"',
    )
    .action((id: string, point: string, { because }: { because?: string }) =>
      onIncident(id, async (incidents, request) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        say(`Let go with your name: ${await incidents.waive({ ...request, point, reason })}`);
      }),
    );
};

export const reopen: CliCommand = (group) => {
  group
    .command('reopen')
    .argument('<incident>', INCIDENT)
    .description('open a closed one again')
    .option('--because <reason>', 'why')
    .addHelpText('after', '\nExample:\n  rekey incidents reopen inc-7gmw3c --because "it happened again"')
    .action((id: string, { because }: { because?: string }) =>
      onIncident(id, async (incidents, request) => {
        const reason = await givenOrAsked(because, { option: '--because', question: 'Why?' });
        await incidents.reopen({ ...request, reason });
        say(`${id} is open again.`);
      }),
    );
};
