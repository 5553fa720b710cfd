import type { Command } from 'commander';
import { fingerprintOf, type Key, nameOf } from '../../domain/key.ts';
import { Refusal } from '../../errors.ts';
import { verifyMaterial } from '../../providers/jwt-verify.ts';
import { loadKeys } from '../../providers/key-files.ts';
import { parseKey } from '../../providers/key-format.ts';
import { isUsable, type KeyVerdict } from '../../providers/verify-key.ts';
import type { Secret } from '../../secret.ts';
import type { CliCommand } from '../command.ts';
import { configHere } from '../config-here.ts';
import { say, sayJson } from '../print.ts';
import { readSecret } from '../read-secret.ts';
import { withLedger } from '../with-ledger.ts';
import { minuteOf } from './facts.ts';

export const verify: CliCommand = (group) => {
  group
    .command('verify')
    .description(
      'is this key valid? It is read from standard input, or asked for on the terminal; exit 1 when it is not',
    )
    .option('--json', 'print JSON')
    .allowExcessArguments()
    .addHelpText('after', '\nExample:\n  rekey keys verify < key.txt')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      if (command.args.length > 0) throw keyAsArgument('verify');
      const material = await readSecret('Key to verify: ');
      const { keysDir, masterKeyCommand } = configHere();
      const { pepper } = await loadKeys({ dir: keysDir, command: masterKeyCommand });
      await withLedger(async ({ read }) => {
        const from = { ledger: read, pepper, now: new Date() };
        const { key, ...verdict } = await verifyMaterial(from, material.reveal());
        if (json) sayJson(key === null ? verdict : { ...verdict, ...knownOf(key) });
        else
          say(
            `${verdict.status}: ${key === null ? whyUnknown(material) : `${nameOf(key)}, ${key.service}, ${key.environment}${deadlineOf(verdict)}`}`,
          );
        process.exitCode = isUsable(verdict) ? 0 : 1;
      });
    });
};

/** A key in grace still works, and whoever uses it has to know until when. */
function deadlineOf({ until }: KeyVerdict): string {
  return until === undefined ? '' : `, until ${minuteOf(new Date(until))} UTC`;
}

/** What a gateway needs besides the verdict. */
function knownOf(key: Key) {
  const { slug, version, service, environment, scopes, rateLimit, expiresAt } = key;
  const expires_at = expiresAt?.toISOString() ?? null;
  return {
    slug,
    version,
    service,
    environment,
    scopes,
    rate_limit: rateLimit,
    expires_at,
    fingerprint: fingerprintOf(key),
  };
}

/** Shape and checksum tell a typo from a key of another ledger. */
function whyUnknown(material: Secret): string {
  const parsed = parseKey(material.reveal());
  return parsed.ok ? 'a whole key, but not one of this ledger' : `no key of this ledger; ${parsed.why}`;
}

export function keyAsArgument(command: 'verify' | 'digest'): Refusal {
  return new Refusal(
    'key_as_argument',
    'A key on the command line can be read by everybody on this machine and stays in the history of your shell; remove it there.\n' +
      `Type \`rekey keys ${command}\` and paste it when asked, or: rekey keys ${command} < file`,
  );
}
