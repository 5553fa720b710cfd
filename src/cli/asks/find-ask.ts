import { AskId, RunId } from '../../domain/ids.ts';
import type { Ask } from '../../domain/incident.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { rotationOrRefuse } from '../keys/rotation.ts';

export interface FoundAsk {
  ask: Ask;
  /** The rotation that its run carries out, when it does. */
  rotation: Rotation | null;
}

/** The question that is meant: by its own id, the id of its run, or the key or rotation that waits for it. */
export async function findAsk(read: LedgerReader, name: string): Promise<FoundAsk> {
  if (name.startsWith('ask-')) {
    const ask = await read.ask(AskId.parse(name));
    if (ask === null) throw new Refusal('unknown_ask', `There is no question ${name}.`);
    return { ask, rotation: await read.rotationOfRun(ask.run) };
  }
  if (name.startsWith('run-')) {
    const run = RunId.parse(name);
    return { ask: onlyOne(await read.openAsksOfRun(run)), rotation: await read.rotationOfRun(run) };
  }
  const rotation = await rotationOrRefuse(read, name);
  return { ask: onlyOne(rotation.run === null ? [] : await read.openAsksOfRun(rotation.run)), rotation };
}

function onlyOne(asks: readonly Ask[]): Ask {
  const [first, ...rest] = asks;
  if (first === undefined) throw new Refusal('unknown_ask', 'Nothing is asked there.');
  if (rest.length === 0) return first;
  const lines = asks.map(({ id, question }) => `${id} ("${question}")`).join(', ');
  throw new Refusal('several_asks', `Several questions are open there; say which one: ${lines}.`);
}
