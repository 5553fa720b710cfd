import { healthOf, type Key, nameOf } from '../../domain/key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { factsOf, minuteOf } from './facts.ts';

export const list: CliCommand = (group) => {
  group
    .command('list')
    .description('every key, newest version each, with its health')
    .option('--service <name>', 'only keys of this service')
    .option('--env <name>', 'only keys of this environment')
    .option('--owner <name>', 'only keys of this owner')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey keys list --service payments-api --env production')
    .action((options: Wanted) => withLedger((ledger) => listKeys(ledger.read, options)));
};

interface Wanted {
  service?: string;
  env?: string;
  owner?: string;
  json?: boolean;
}

async function listKeys(read: Pick<LedgerReader, 'keys'>, { service, env, owner, json }: Wanted): Promise<void> {
  const filter = { ...(service && { service }), ...(env && { environment: env }), ...(owner && { owner }) };
  const found = await read.keys(filter);
  if (json) return sayJson(found.map(factsOf));
  if (found.length > 0) return say(table(HEAD, found.map(rowOf)));
  const all = await read.keys();
  say(all.length === 0 ? 'The ledger holds no keys yet.' : noneMatch(all, filter));
}

const HEAD = ['key', 'health', 'expires (UTC)', 'class', 'service', 'environment', 'owner'];

function rowOf(key: Key): string[] {
  const { class: keyClass, service, environment, owner } = key;
  const expires = key.expiresAt === null ? 'never' : minuteOf(key.expiresAt);
  return [nameOf(key), healthOf(key, new Date()), expires, keyClass, service, environment, owner ?? 'no owner'];
}

function noneMatch(all: readonly Key[], filter: { service?: string; environment?: string; owner?: string }): string {
  const hints = (['service', 'environment', 'owner'] as const).flatMap((field) => {
    const wanted = filter[field];
    if (wanted === undefined) return [];
    const known = [...new Set(all.flatMap((key) => key[field] ?? []))].sort();
    if (known.includes(wanted)) return [];
    const meant = didYouMean(wanted, known);
    return [
      `There is no ${field} "${wanted}": ${meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}`}.`,
    ];
  });
  return hints.join('\n') || 'No key is all of that at once. `rekey keys list` shows all.';
}
