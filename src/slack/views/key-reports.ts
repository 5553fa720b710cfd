import type { KnownBlock } from '@slack/types';
import type { KeyStats } from '../../domain/key-stats.ts';
import { at, atMost, bold, bullets, context, header, type Line, line, lines } from '../blocks.ts';
import { fitting, type Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

/** What a report says of a key. */
export interface AboutKey {
  name: string;
  service: string;
  environment: string;
  state: string;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface AuditReport {
  within: string;
  revoked: readonly AboutKey[];
  expired: readonly AboutKey[];
  expiring: readonly AboutKey[];
  unknown: readonly AboutKey[];
  /** null: whoever asks may not read every key. */
  counts: { healthy: number; pending: number } | null;
  doubts: readonly string[];
}

export function auditReport(report: AuditReport): Message {
  return fitting([() => audit(report, 10), () => audit(report, 4)]);
}

function audit({ within, revoked, expired, expiring, unknown, counts, doubts }: AuditReport, max: number): Message {
  const summary = `${expired.length} expired, ${expiring.length} expiring within ${within}, ${revoked.length} revoked, ${unknown.length} without an expiry`;
  const part = (title: string, keys: readonly AboutKey[], of: (key: AboutKey) => Line): KnownBlock[] =>
    keys.length === 0
      ? []
      : [
          bullets(
            [bold(`${keys.length} ${title}`)],
            atMost(keys, max, (key) => [...nameIn(key), ...of(key)]),
          ),
        ];
  return {
    text: `Credential audit: ${summary}`,
    blocks: [
      header('Credential audit'),
      line(summary, counts === null ? '; of the keys that you may read.' : `; ${healthyText(counts)}.`),
      ...doubts.slice(0, 3).map((doubt) => line(bold('Doubt: '), cut(doubt, 300))),
      ...part('expired: replace them now', expired, ({ expiresAt }) => whenOr('expired ', expiresAt)),
      ...part(`expiring within ${within}`, expiring, ({ expiresAt }) => whenOr('ends ', expiresAt)),
      ...part('without an expiry on record', unknown, () => ['nobody can say']),
      ...part('revoked, and nothing took their place', revoked, ({ revokedAt }) => whenOr('revoked ', revokedAt)),
    ],
  };
}

function healthyText({ healthy, pending }: { healthy: number; pending: number }): string {
  return `${healthy} healthy${pending === 0 ? '' : `, ${pending} not handed over yet`}`;
}

function nameIn({ name, service, environment }: AboutKey): Line {
  return [bold(cut(name, 100)), ` · ${cut(service, 60)}, ${cut(environment, 40)}: `];
}

function whenOr(words: string, instant: Date | null): Line {
  return instant === null ? ['no date on record'] : [words, at(instant)];
}

export interface ComplianceReport {
  overdue: readonly (AboutKey & { ageDays: number; maxAgeDays: number })[];
  /** null: whoever asks may not read every key. */
  of: { percentage: number; compliant: number; judged: number; exempt: number } | null;
}

export function complianceReport({ overdue, of }: ComplianceReport): Message {
  const head =
    of === null
      ? `${overdue.length} of the keys that you may read are older than their class allows`
      : `${of.percentage} %: ${of.compliant} of ${of.judged} keys are younger than their class allows`;
  const exempt = of === null || of.exempt === 0 ? '' : ` ${of.exempt} more are exempt.`;
  const row = ({ ageDays, maxAgeDays, ...key }: ComplianceReport['overdue'][number]): Line => [
    ...nameIn(key),
    `${ageDays} days, allowed ${maxAgeDays}`,
  ];
  return {
    text: head,
    blocks: [
      header('Compliance'),
      line(`${head}.${exempt}`),
      ...(overdue.length === 0 ? [] : [bullets([bold('Too old, oldest first')], atMost(overdue, 20, row))]),
      context('For an auditor: rekey keys compliance --csv'),
    ],
  };
}

export function statsReport({ keys, services, health, pending, suspended, ...stats }: KeyStats): Message {
  const { rotations } = stats;
  const { completed, ...others } = rotations.last30Days;
  const otherwise = Object.values(others).reduce((sum, count) => sum + count, 0);
  const head = `${keys} keys of ${services} services`;
  return {
    text: `${head}: ${health.expired} expired, ${health.expiring} expiring`,
    blocks: [
      header(head),
      lines([
        [
          bold('Health '),
          `${health.expired} expired, ${health.expiring} expiring, ${health.revoked} revoked, ${health.healthy} healthy`,
        ],
        [bold('Besides '), `${pending} not handed over yet, ${suspended} suspended`],
        [bold('Environments '), mostOf(stats.byEnvironment)],
        [bold('Classes '), mostOf(stats.byClass)],
        [bold('Services '), mostOf(stats.byService)],
        [bold('Rotations '), `${rotations.open} open; in 30 days ${completed} completed, ${otherwise} otherwise`],
      ]),
    ],
  };
}

const MOST_NAMES = 8;

function mostOf(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const named = sorted.slice(0, MOST_NAMES).map(([name, count]) => `${cut(name, 60)} ${count}`);
  const more = sorted.length - named.length;
  return `${named.join(', ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`;
}

export interface DeadCallersReport {
  since: string;
  uses: readonly (AboutKey & { caller: string; accepted: number; rejected: number; lastAt: Date })[];
}

export function deadCallersReport({ since, uses }: DeadCallersReport): Message {
  const head =
    uses.length === 0
      ? `Nobody called with a dead key in ${since}.`
      : `${uses.length} ${uses.length === 1 ? 'caller' : 'callers'} with dead keys in ${since}`;
  const row = ({ name, state, caller, accepted, rejected, lastAt }: DeadCallersReport['uses'][number]): Line => [
    bold(cut(caller, 80)),
    ` with ${cut(name, 100)} (${state}): ${rejected} rejected${accepted === 0 ? '' : `, ${accepted} ACCEPTED`}, last `,
    at(lastAt),
  ];
  return {
    text: escapeMrkdwn(head),
    blocks: [header(head), ...(uses.length === 0 ? [] : [bullets([], atMost(uses, 20, row))])],
  };
}
