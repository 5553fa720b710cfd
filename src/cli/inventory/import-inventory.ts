import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { assertFacts, assertRequired } from '../../domain/key-facts.ts';
import type { KeyFacts } from '../../engine/keys/keys.ts';
import { Refusal, sentenceOf, unrepeated } from '../../errors.ts';
import { readPrivateFile } from '../../providers/private-file.ts';
import { describeProblem } from '../../runbook/problem.ts';
import { Secret } from '../../secret.ts';
import { deliveryOf } from '../keys/fact-options.ts';
import { counted, say, sayJson, table } from '../print.ts';
import { instantOf } from '../spans.ts';
import type { Rekey } from '../with-rekey.ts';
import { type Listed, readInventory } from './inventory.ts';

interface Outcome {
  name: string;
  line: number;
  state: 'new' | 'imported' | 'there' | 'refused';
  says: string;
}

interface Wanted {
  dryRun?: boolean;
  json?: boolean;
}

const DAY_MS = 24 * 3_600_000;

/**
 * Registers every key of a file that the ledger does not have yet; the ones that it has are left as they are, so that the same file can be
 * imported again after a mistake was mended. Exit 1 when one was refused.
 */
export async function importInventory(rekey: Rekey, file: string, { dryRun, json }: Wanted): Promise<void> {
  const entries = await entriesOf(file);
  const outcomes: Outcome[] = [];
  for (const [index, entry] of entries.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${entries.length}`);
    const outcome = await (dryRun ? look : importOne)(rekey, entry, dirname(resolve(file))).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      return { state: 'refused', says: error.message } as const;
    });
    outcomes.push({ name: entry.name, line: entry.line, ...outcome });
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
  const refused = outcomes.filter(({ state }) => state === 'refused');
  process.exitCode = refused.length === 0 ? 0 : 1;
  if (json) sayJson(outcomes);
  else tell(outcomes, basename(file));
}

function tell(outcomes: readonly Outcome[], file: string): void {
  say(
    table(
      ['key', '', ''],
      outcomes.map(({ name, state, says }) => [name, state, state === 'refused' ? '' : says]),
    ),
  );
  for (const { line, name, says, state } of outcomes) if (state === 'refused') say(`${file}:${line} ${name}: ${says}`);
  const count = (wanted: Outcome['state']) => outcomes.filter(({ state }) => state === wanted).length;
  const done = count('new') > 0 ? `${count('new')} would be imported` : `${count('imported')} imported`;
  say(`${counted(outcomes.length, 'key')}: ${done}, ${count('there')} there already, ${count('refused')} refused.`);
}

async function entriesOf(file: string): Promise<Listed[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Refusal('no_inventory', `Cannot read ${file}: ${sentenceOf(cause)}.`, { cause });
  });
  const read = readInventory(text, basename(file));
  if (read.kind === 'ok') return read.entries;
  throw new Refusal('bad_inventory', `Nothing was imported:\n${read.problems.map(describeProblem).join('\n')}`);
}

type Verdict = Pick<Outcome, 'state' | 'says'>;

async function importOne(rekey: Rekey, entry: Listed, folder: string): Promise<Verdict> {
  const looked = await look(rekey, entry, folder);
  if (looked.state !== 'new') return looked;
  const material = entry.value_file === undefined ? null : new Secret(valueIn(folder, entry.value_file).trim());
  await rekey.keys.import({ ...rekey.origin(), facts: factsOfEntry(entry), material, expiresAt: expiryOf(entry) });
  return { state: 'imported', says: looked.says };
}

/** Everything that can be judged without changing anything. */
async function look({ deps, policy }: Rekey, entry: Listed, folder: string): Promise<Verdict> {
  const facts = factsOfEntry(entry);
  const [before] = await deps.ledger.read.versionsOf(entry.name);
  if (before !== undefined) return { state: 'there', says: `${before.service}, ${before.environment}` };
  assertFacts(facts, policy);
  assertRequired(facts, await deps.classRule(facts.class));
  if (entry.value_file !== undefined) valueIn(folder, entry.value_file);
  const expiresAt = expiryOf(entry);
  const until = expiresAt === null ? 'no expiry on record' : `until ${expiresAt.toISOString().slice(0, 10)}`;
  return { state: 'new', says: `${facts.service}, ${facts.environment}, ${until}` };
}

/** A value that somebody wrote there instead of its file is not repeated. */
function valueIn(folder: string, file: string): string {
  const path = resolve(folder, file);
  if (existsSync(path)) return readPrivateFile(path);
  throw new Refusal(
    'no_value_file',
    `value_file: expected the name of a file, from the folder of the inventory; you wrote ${unrepeated(file)}, and there is no such file.`,
  );
}

function factsOfEntry(entry: Listed): KeyFacts {
  return {
    slug: entry.name,
    class: entry.class,
    service: entry.service,
    environment: entry.environment,
    owner: entry.owner ?? null,
    escalation: entry.escalation ?? null,
    runbook: entry.runbook ?? null,
    secretRef: entry.secret_ref ?? null,
    administers: entry.administers ?? null,
    scopes: entry.scopes,
    rateLimit: entry.rate_limit ?? null,
    delivery: entry.deliver === undefined ? null : deliveryOf(entry.deliver),
    probeUrl: entry.probe_url ?? null,
  };
}

function expiryOf({ expires, expiry_days }: Listed): Date | null {
  if (expiry_days !== undefined) return new Date(Date.now() + expiry_days * DAY_MS);
  return expires === undefined ? null : instantOf(expires);
}
