import { DispatchId } from '../../domain/dispatch.ts';
import { Refusal } from '../../errors.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';

export const show: CliCommand = (group) => {
  group
    .command('show')
    .argument('<notice>', 'its id, such as dsp-4k9x2m7qpd')
    .description('every word of a notice, whom it went to and what each other side said')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey notices show dsp-4k9x2m7qpd')
    .action((id: string, { json }: { json?: boolean }) =>
      withLedger(async ({ read }) => {
        const dispatch = await read.dispatch(DispatchId.parse(id));
        if (dispatch === null) throw new Refusal('unknown_notice', 'There is no such notice. Type: rekey notices list');
        const deliveries = await read.deliveriesOf(dispatch.id);
        const approval = await read.approval(dispatch.approval);
        if (json) {
          sayJson({ ...dispatch, outcome: approval?.outcome ?? null, deliveries });
          return;
        }
        const { letter, addressees, hash } = dispatch;
        say(`Subject: ${letter.subject}\n\n${letter.body}\n`);
        say(`Text ${hash.slice(0, 12)}, ${approval?.outcome ?? 'waits for an approval'}.`);
        const rows =
          deliveries.length === 0
            ? addressees.map(({ name, way, address }) => ['-', name, way, address, 'not sent', '-'])
            : deliveries.map((one) => {
                const { name, way, address } = one.addressee;
                return [one.id, name, way, address, one.state, one.answer ?? '-'];
              });
        say(table(['delivery', 'to', 'way', 'address', 'state', 'answer'], rows));
      }),
    );
};
