import type { Key } from '../../domain/key.ts';
import type { JsonObject } from '../../domain/run.ts';
import { Refusal } from '../../errors.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import type { RunbookSet } from '../../runbook/runbook-set.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { keyRefOf } from '../../steps/fields.ts';
import type { EngineDeps } from '../deps.ts';
import { findKey } from '../which-key.ts';

/** The runbook that is live under this id, or a Refusal that says what there is and what is held back. */
export function loadedOrRefuse(runbooks: RunbookSet, id: string): LoadedRunbook {
  const found = runbooks.all().get(id);
  if (found !== undefined) return found;
  const held = runbooks.held().find(({ runbook }) => runbook.id === id);
  if (held !== undefined)
    throw new Refusal(
      'grants_held',
      `${id} is not live: it may touch ${held.widened.join(', ')}, and nobody has agreed to that. Type: rekey runbooks approve-grants ${id}`,
    );
  const known = [...runbooks.all().keys()];
  const meant = didYouMean(id, known);
  throw new Refusal(
    'unknown_runbook',
    `There is no runbook ${id.slice(0, 60)}; ${meant === null ? `there are ${known.join(', ') || 'none'}.` : `did you mean ${meant}?`}`,
  );
}

/** Inputs as a start takes them. A key is named in any way that people know it by. */
export async function inputsOf(
  { ledger }: Pick<EngineDeps, 'ledger'>,
  runbook: LoadedRunbook,
  { key: named, inputs: given }: { key: string | null; inputs: Readonly<Record<string, string>> },
): Promise<{ key: Key | null; inputs: JsonObject }> {
  const names = Object.entries(runbook.inputs).flatMap(([name, { type }]) => (type === 'key' ? [name] : []));
  const main = names.includes('key') ? 'key' : names[0];
  if (named !== null && main === undefined)
    throw new Refusal('bad_inputs', `${runbook.id} is about no key; leave \`--key\` out.`);
  const written = { ...given, ...(named !== null && main !== undefined && { [main]: named }) };
  const inputs: JsonObject = {};
  let key: Key | null = null;
  for (const [name, value] of Object.entries(written)) {
    const found = names.includes(name) ? await findKey(ledger.read, value) : null;
    inputs[name] = found === null ? value : keyRefOf(found);
    if (name === main) key = found;
  }
  return { key, inputs };
}
