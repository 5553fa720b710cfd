import { annotations, auditTitle, type CredentialAudit, exitCodeOf, outcomeOf } from '../../domain/credential-audit.ts';
import { spanText } from '../../domain/duration.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { auditNow } from '../../engine/key-reports/audit.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson } from '../print.ts';
import { spanMsOf } from '../spans.ts';
import { withLedger } from '../with-ledger.ts';
import { minuteOf, rowOf } from './facts.ts';

interface Wanted {
  within: number;
  service?: string;
  env?: string;
  json?: boolean;
  ci?: boolean;
}

export const audit: CliCommand = (group) => {
  group
    .command('audit')
    .description(
      'is every key healthy? Revoked, expired and expiring ones are named; exit 0 yes, 1 one is expired, 3 unknown',
    )
    .option('--within <span>', 'what counts as expiring: 7d, 48h, 2w', spanMsOf, SEVEN_DAYS_MS)
    .option('--service <name>', 'only keys of this service')
    .option('--env <name>', 'only keys of this environment')
    .option('--json', 'print one JSON object')
    .option('--ci', 'print GitHub annotations (::error::, ::warning::), one line each')
    .addHelpText('after', HELP)
    .action((wanted: Wanted) =>
      withLedger(async ({ read }) => {
        const { within, service, env } = wanted;
        const found = await auditNow(read, { withinMs: within, service, environment: env, now: new Date() });
        tell(found, wanted);
        process.exitCode = exitCodeOf(outcomeOf(found));
      }),
    );
};

const SEVEN_DAYS_MS = 7 * 24 * 3_600_000;

const HELP = `
Exit codes, for a pipeline:
  0  no key is expired                     1  at least one is
  2  the audit could not be carried out    3  nobody can say: no key was found to judge, a key of production has no expiry on
                                              record, or this machine's clock is behind the ledger

Example:
  rekey keys audit --ci --service payments-api || exit 1`;

function tell(found: CredentialAudit, { json, ci }: Wanted): void {
  if (json) sayJson(asJson(found));
  else if (ci) say([...annotations(found), auditTitle(found)].join('\n'));
  else say(describe(found));
}

function asJson(found: CredentialAudit) {
  const { at, withinMs, revoked, expired, expiring, unknown, healthy, pending, doubts } = found;
  const outcome = outcomeOf(found);
  return {
    schema: 'rekey.audit/1',
    at: at.toISOString(),
    within_seconds: withinMs / 1_000,
    title: auditTitle(found),
    outcome,
    exit_code: exitCodeOf(outcome),
    counts: {
      revoked: revoked.length,
      expired: expired.length,
      expiring: expiring.length,
      unknown: unknown.length,
      healthy,
      pending,
    },
    revoked: revoked.map((key) => ({ ...rowOf(key), revoked_at: key.revokedAt?.toISOString() ?? null })),
    expired: expired.map(rowOf),
    expiring: expiring.map(rowOf),
    unknown: unknown.map(rowOf),
    doubts,
  };
}

function describe(found: CredentialAudit): string {
  const { revoked, expired, expiring, unknown, healthy, pending, doubts, withinMs } = found;
  const expires = (key: Key) => (key.expiresAt === null ? 'no expiry on record' : minuteOf(key.expiresAt));
  const parts = [
    part('⊘', revoked, {
      says: 'revoked',
      of: (key) => `revoked ${key.revokedAt === null ? '' : minuteOf(key.revokedAt)}`,
    }),
    part('✗', expired, { says: 'expired', of: (key) => `expired ${expires(key)}, replace it now` }),
    part('⚠', expiring, { says: `expiring within ${spanText(withinMs)}`, of: (key) => `expires ${expires(key)}` }),
    part('?', unknown, { says: 'without an expiry on record', of: () => 'nobody can say; replace it' }),
    [`✓ ${healthy} healthy${pending === 0 ? '' : `, ${pending} not handed over yet`}`],
    doubts.map((doubt) => `? ${doubt}`),
  ];
  return parts.flat().join('\n');
}

// More than a person reads; --json has all of them.
const SHOWN = 50;

function part(mark: string, keys: readonly Key[], { says, of }: { says: string; of: (key: Key) => string }): string[] {
  if (keys.length === 0) return [];
  const lines = keys.slice(0, SHOWN).map((key) => `    ${nameOf(key)}  ${key.service}, ${key.environment}: ${of(key)}`);
  const rest = keys.length > SHOWN ? [`    … and ${keys.length - SHOWN} more: --json lists them`] : [];
  return [`${mark} ${keys.length} ${says}`, ...lines, ...rest];
}
