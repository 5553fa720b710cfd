import type { KnownBlock } from '@slack/types';
import type { PartHealth } from '../../../domain/rekey-health.ts';
import { actions, at, bold, bullets, button, type Line } from '../../blocks.ts';
import { cut } from '../../text.ts';

/** How Rekey itself is. It warns of itself first: who watches keys must not go blind unseen. */
export interface HealthShown {
  parts: readonly PartHealth[];
  lastDigest: Date | null;
  lastSync: Date | null;
  audit: { lines: number; checked: { seq: number; at: Date } | null; checkpoint: { seq: number; at: Date } | null };
  /** Keys that administer a provider, or are Rekey's own; the one that ends first comes first. */
  credentials: readonly { name: string; expiresAt: Date | null }[];
  lockOut: readonly string[];
  /** Rules of tier 3, and who of those whom they name has no code. */
  codes: readonly { rule: string; without: readonly string[]; blocked: boolean }[];
  debts: readonly { approval: string; by: string; question: string; dueAt: Date; isMine: boolean }[];
  held: readonly { runbook: string; widened: readonly string[] }[];
  broken: number;
}

const SOON_MS = 30 * 24 * 3_600_000;
const MOST = 5;

const NAMES: Record<PartHealth['name'], string> = {
  queue: 'the queue',
  slack: 'Slack',
  audit: 'the audit chain',
  schedule: 'the schedule',
};

export function healthBlocks(health: HealthShown | null, now: Date): KnownBlock[] {
  if (health === null) return [];
  const mine = health.debts.filter(({ isMine }) => isMine).slice(0, 3);
  return [
    bullets(
      [bold('Rekey itself')],
      [
        ...partLines(health),
        seenLine(health),
        auditLine(health),
        ...credentialLines(health, now),
        ...health.lockOut.slice(0, MOST).map((warning): Line => [bold('Lock-out: '), cut(warning, 300)]),
        ...codeLines(health),
        ...debtLines(health, now),
        ...heldLines(health),
      ],
    ),
    ...actions(
      'debts',
      mine.map(({ approval }, index) =>
        button({
          action: `${REVIEW_DEBT}_${index}`,
          token: approval,
          label: `Review break-glass ${cut(approval, 40)}`,
        }),
      ),
    ),
  ];
}

/** With a number behind it: one block names each of its buttons differently. */
export const REVIEW_DEBT = 'home_review_glass';

function partLines({ parts }: HealthShown): Line[] {
  const bad = parts.filter(({ ok }) => !ok);
  if (bad.length === 0) return [[`✓ Working: ${parts.map(({ name }) => NAMES[name]).join(', ') || 'this process'}`]];
  return bad.map(({ name, detail }) => [bold(`✗ ${NAMES[name]}: `), cut(detail, 300)]);
}

function seenLine({ lastDigest, lastSync }: HealthShown): Line {
  return [
    'Last digest ',
    ...(lastDigest === null ? ['never'] : [at(lastDigest)]),
    '; last comparison with a provider ',
    ...(lastSync === null ? ['never'] : [at(lastSync)]),
  ];
}

function auditLine({ audit: { lines, checked, checkpoint } }: HealthShown): Line {
  return [
    `Audit: ${lines} lines, `,
    ...(checked === null ? ['not yet looked through'] : [`looked through up to ${checked.seq} `, at(checked.at)]),
    '; last checkpoint ',
    ...(checkpoint === null ? ['never'] : [at(checkpoint.at), ` at ${checkpoint.seq}`]),
  ];
}

function credentialLines({ credentials }: HealthShown, now: Date): Line[] {
  if (credentials.length === 0)
    return [['No key in the ledger administers a provider or is registered as Rekey’s own (service rekey)']];
  const soon = credentials.filter(
    ({ expiresAt }) => expiresAt === null || expiresAt.getTime() - now.getTime() < SOON_MS,
  );
  if (soon.length === 0) return [[`✓ Its own ${credentials.length} credentials last longer than 30 days`]];
  return soon.slice(0, MOST).map(({ name, expiresAt }): Line => {
    const own: Line = [bold('Its own credential '), cut(name, 200)];
    if (expiresAt === null) return [...own, ' has no expiry on record'];
    return [...own, expiresAt <= now ? ' EXPIRED ' : ' expires ', at(expiresAt)];
  });
}

function codeLines({ codes }: HealthShown): Line[] {
  return codes
    .slice(0, MOST)
    .map(
      ({ rule, without, blocked }): Line => [
        bold(blocked ? 'Nobody can decide by ' : 'Codes are missing for '),
        `${cut(rule, 80)}: ${cut(without.join(', '), 200)} ${without.length === 1 ? 'has' : 'have'} no code`,
      ],
    );
}

function debtLines({ debts }: HealthShown, now: Date): Line[] {
  return debts
    .slice(0, MOST)
    .map(
      ({ by, question, dueAt }): Line => [
        bold(dueAt <= now ? 'Break-glass review OVERDUE ' : 'Break-glass to be reviewed '),
        `of ${cut(by, 100)} on ${cut(question, 150)}, ${dueAt <= now ? 'since ' : 'until '}`,
        at(dueAt),
        dueAt <= now ? '; nobody can break the glass until it is done' : '',
      ],
    );
}

function heldLines({ held, broken }: HealthShown): Line[] {
  return [
    ...held
      .slice(0, MOST)
      .map(
        ({ runbook, widened }): Line => [
          bold('Held back: '),
          `${cut(runbook, 80)} waits for an approval of ${cut(widened.join(', '), 200)}`,
        ],
      ),
    ...(broken === 0
      ? []
      : [[bold('Runbooks: '), `${broken} ${broken === 1 ? 'file' : 'files'} cannot be read; rekey runbooks lint`]]),
  ];
}
