import type { AuditEntry } from '../../domain/event.ts';
import type { Key } from '../../domain/key.ts';
import { findKey } from '../../engine/which-key.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { withLedger } from '../with-ledger.ts';
import { factsOf, minuteOf } from './facts.ts';

const AUDIT_LINES = 20;
const WIDEST_NAME = 16;

export const show: CliCommand = (group) => {
  group
    .command('show')
    .argument('<key>', 'its name, its id, or the public id inside it')
    .description('one key: its versions, dates and last audit lines')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey keys show payments-prod')
    .action((name: string, { json }: { json?: boolean }) =>
      withLedger(async ({ read }) => showKey(read, await findKey(read, name), json ? 'json' : 'text')),
    );
};

async function showKey(
  read: Pick<LedgerReader, 'versionsOf' | 'audit'>,
  key: Key,
  form: 'text' | 'json',
): Promise<void> {
  const versions = await read.versionsOf(key.slug);
  const lines = await read.audit({ subject: `key:${key.id}`, limit: AUDIT_LINES });
  if (form === 'json') return sayJson({ ...factsOf(key), versions: versions.map(factsOf), audit: lines });
  for (const [name, value] of Object.entries(factsOf(key)))
    say(`${name.padEnd(WIDEST_NAME)} ${Array.isArray(value) ? value.join(', ') || '-' : (value ?? '-')}`);
  say(`\nversions (UTC)\n${versionTable(versions)}`);
  say(lines.length === 0 ? '\nThe audit says nothing about it.' : `\naudit, newest first (UTC)\n${auditTable(lines)}`);
}

function versionTable(versions: readonly Key[]): string {
  const at = (date: Date | null, otherwise: string) => (date === null ? otherwise : minuteOf(date));
  return table(
    ['version', 'state', 'expires', 'revoked', 'proved dead'],
    versions.map((one) => [
      `v${one.version}`,
      one.state,
      at(one.expiresAt, 'never'),
      at(one.revokedAt, '-'),
      at(one.provedDeadAt, '-'),
    ]),
  );
}

function auditTable(lines: readonly AuditEntry[]): string {
  return table(
    ['line', 'at', 'actor', 'action'],
    lines.map((line) => [String(line.seq), minuteOf(line.at), line.actor, line.action]),
  );
}
