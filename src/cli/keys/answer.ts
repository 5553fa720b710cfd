import { personOf, type RunId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { givenOrAsked } from '../ask.ts';
import type { CliCommand } from '../command.ts';
import { withRekey } from '../with-rekey.ts';
import { rotationOrRefuse } from './rotation.ts';
import { carryOn } from './tell-rotation.ts';

interface Wanted {
  no?: boolean;
  evidence?: string;
  json?: boolean;
}

export const answer: CliCommand = (group) => {
  group
    .command('answer')
    .argument('<key>', 'the key, or the id of its rotation (rot-…)')
    .description('answer the question that a rotation puts to you: yes, or with --no no')
    .option('--no', 'the answer is no')
    .option('--evidence <text>', 'what shows it: a link, a line of a log')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExample:\n  rekey keys answer payments-prod --evidence "no call from outside in the access log"',
    )
    .action((name: string, wanted: Wanted) =>
      withRekey(async (rekey) => {
        const { engine, deps, actor, origin } = rekey;
        const rotation = await rotationOrRefuse(deps.ledger.read, name);
        const { token } = await openAsk(deps.ledger.read, rotation.run);
        const person = personOf(actor);
        if (person === null) throw new Refusal('not_allowed', `${actor} is nobody who can answer.`);
        const { question } = await engine.question(token, person);
        process.stderr.write(`${question}\n`);
        const evidence = await givenOrAsked(wanted.evidence, { option: '--evidence', question: 'What shows it?' });
        await engine.answer(token, { ...origin(), person, yes: wanted.no !== true, evidence });
        return carryOn(rekey, rotation, wanted);
      }),
    );
};

async function openAsk(read: LedgerReader, id: RunId | null): Promise<Ask> {
  const run = id === null ? null : await read.run(id);
  for (const record of Object.values(run?.steps ?? {})) {
    if (record.state !== 'waiting' || record.waiting.kind !== 'ask' || record.answered) continue;
    const ask = await read.ask(record.waiting.id);
    if (ask !== null) return ask;
  }
  throw new Refusal('unknown_ask', 'Nothing is asked there.');
}
