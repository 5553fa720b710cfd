import { RotationId } from '../../domain/ids.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { findKey } from '../../engine/which-key.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { withRekey } from '../with-rekey.ts';
import { rotationFacts } from './history.ts';
import { carryOn } from './tell-rotation.ts';

interface Wanted {
  follow?: boolean;
  json?: boolean;
}

export const rotation: CliCommand = (group) => {
  group
    .command('rotation')
    .argument('<key>', 'the key, or the id of a rotation (rot-…)')
    .description('how far the last rotation of a key is')
    .option('--follow', 'carry it on here until it ends or waits')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  rekey keys rotation payments-prod')
    .action((name: string, wanted: Wanted) => (wanted.follow ? follow(name, wanted) : look(name, wanted)));
};

function look(name: string, { json }: Wanted): Promise<void> {
  return withLedger(async ({ read }) => {
    const facts = rotationFacts(await rotationOrRefuse(read, name));
    if (json) return sayJson(facts);
    for (const [field, value] of Object.entries(facts)) say(`${field.padEnd(20)} ${value ?? '-'}`);
  });
}

function follow(name: string, wanted: Wanted): Promise<void> {
  return withRekey(async (rekey) => {
    const found = await rotationOrRefuse(rekey.deps.ledger.read, name);
    if (found.run === null)
      throw new Refusal(
        'not_begun',
        `${found.id} has not begun: it is on the calendar for ${found.scheduledAt.toISOString()}.`,
      );
    return carryOn(rekey, found, wanted);
  });
}

/** By its id, or the last one of a key. */
export async function rotationOrRefuse(read: LedgerReader, name: string): Promise<Rotation> {
  const named = name.startsWith('rot-') ? await read.rotation(RotationId.parse(name)) : null;
  if (named !== null) return named;
  const { slug } = await findKey(read, name);
  const [last] = await read.rotationsOf(slug, 1);
  if (last !== undefined) return last;
  throw new Refusal('no_rotation', `${slug} was never rotated.`);
}
