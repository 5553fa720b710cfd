import type { Command } from 'commander';
import { fingerprintOf, healthOf, type Key, nameOf } from '../domain/key.ts';
import { keyBySlugOrRefuse } from '../engine/which-key.ts';
import { type Ledger, openLedger } from '../ledger/ledger.ts';
import { loadKeyFiles } from '../providers/key-files.ts';
import { verdictOn } from '../providers/verify-key.ts';
import type { CliCommand } from './command.ts';
import { configHere } from './config-here.ts';
import { say, sayJson, table } from './print.ts';
import { readSecret } from './read-secret.ts';

export const keys: CliCommand = (program) => {
  const group = program.command('keys').description('the key ledger');
  addList(group);
  addShow(group);
  addVerify(group);
};

function addList(group: Command): void {
  group
    .command('list')
    .description('every key, newest version each, with its health')
    .option('--service <name>', 'only keys of this service')
    .option('--env <name>', 'only keys of this environment')
    .option('--owner <name>', 'only keys of this owner')
    .option('--json', 'print JSON')
    .action((options: { service?: string; env?: string; owner?: string; json?: boolean }) =>
      withLedger(async (ledger) => {
        const { service, env: environment, owner } = options;
        const found = await ledger.read.keys({
          ...(service && { service }),
          ...(environment && { environment }),
          ...(owner && { owner }),
        });
        if (options.json) return sayJson(found.map(shownKey));
        if (found.length === 0) return say('No keys match. `rekey keys list` without options shows all.');
        const rows = found.map((key) => [
          nameOf(key),
          healthOf(key, new Date()),
          key.class,
          key.service,
          key.environment,
          key.owner ?? 'no owner',
          expiryOf(key),
        ]);
        say(table(['key', 'health', 'class', 'service', 'environment', 'owner', 'expires'], rows));
      }),
    );
}

function addShow(group: Command): void {
  group
    .command('show <key>')
    .description('one key: its versions, dates and last audit lines')
    .option('--json', 'print JSON')
    .action((slug: string, { json }: { json?: boolean }) =>
      withLedger(async (ledger) => {
        const key = await keyBySlugOrRefuse(ledger.read, slug);
        const versions = await ledger.read.versionsOf(key.slug);
        const lines = await ledger.read.audit({ subject: `key:${key.id}`, limit: 20 });
        if (json) return sayJson({ ...shownKey(key), versions: versions.map(shownKey), audit: lines });
        for (const [name, value] of Object.entries(shownKey(key)))
          say(`${name.padEnd(16)} ${Array.isArray(value) ? value.join(', ') : (value ?? '-')}`);
        say(
          `\nversions\n${table(
            ['version', 'state', 'expires', 'revoked', 'proved dead'],
            versions.map((one) => [
              `v${one.version}`,
              one.state,
              expiryOf(one),
              one.revokedAt?.toISOString() ?? '-',
              one.provedDeadAt?.toISOString() ?? '-',
            ]),
          )}`,
        );
        say(
          `\naudit, newest first\n${table(
            ['line', 'at', 'actor', 'action'],
            lines.map((line) => [String(line.seq), line.at.toISOString(), line.actor, line.action]),
          )}`,
        );
      }),
    );
}

function addVerify(group: Command): void {
  group
    .command('verify')
    .description(
      'is this key valid? The key is read from standard input or asked for on the terminal, never taken as an argument',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const material = await readSecret('Key to verify: ');
      const { pepper } = loadKeyFiles(configHere().keysDir);
      await withLedger(async (ledger) => {
        const key = await ledger.read.keyByDigest(pepper.digestOf(material.reveal()));
        const verdict = verdictOn(key, new Date());
        if (json) sayJson(key === null ? verdict : { ...verdict, slug: key.slug, version: key.version });
        else say(`${verdict.status}${key === null ? '' : `: ${nameOf(key)}, ${key.service}, ${key.environment}`}`);
        process.exitCode = verdict.status === 'valid' || verdict.status === 'retiring' ? 0 : 1;
      });
    });
}

async function withLedger(work: (ledger: Ledger) => Promise<void>): Promise<void> {
  const { ledgerFile } = configHere();
  const ledger = await openLedger({ file: ledgerFile, now: () => new Date() });
  try {
    await work(ledger);
  } finally {
    await ledger.close();
  }
}

function expiryOf(key: Key): string {
  return key.expiresAt?.toISOString().slice(0, 16).replace('T', ' ') ?? 'never';
}

function shownKey(key: Key) {
  const { id, slug, version, class: keyClass, provider, service, environment, owner, escalation, scopes, state } = key;
  return {
    id,
    slug,
    version,
    class: keyClass,
    provider,
    service,
    environment,
    owner,
    escalation,
    scopes,
    state,
    health: healthOf(key, new Date()),
    fingerprint: fingerprintOf(key),
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    proved_dead_at: key.provedDeadAt?.toISOString() ?? null,
  };
}
