import type { Key } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import { periodMeasures } from '../../domain/period-measures.ts';
import { namesIn } from '../../domain/policy/approval-rule.ts';
import { type Policy, peopleNamed, type Verb } from '../../domain/policy.ts';
import type { ReviewFacts } from '../../domain/review-facts.ts';
import type { ReviewTime } from '../../domain/review-schedule.ts';
import { reviewDue } from '../../domain/runbook-version.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Counted } from '../../ledger/reviews.ts';
import { complianceNow } from '../key-reports/compliance.ts';
import type { Look } from '../scheduler/deps.ts';

const WEEK_MS = 7 * 86_400_000;
const MOST = 200;

/** Everything that a review is drawn from, read in one go. */
export async function gatherReview(
  read: LedgerReader,
  { fromAt, toAt }: Pick<ReviewTime, 'fromAt' | 'toAt'>,
  look: Look,
): Promise<ReviewFacts> {
  const { now, policy } = look;
  const ended = (await read.rotationsEndedSince(fromAt)).filter(({ endedAt }) => endedAt !== null && endedAt < toAt);
  const counted = await read.countedBetween(fromAt, toAt);
  const attempts = await read.attemptsBetween(fromAt, toAt);
  const alarms = (await read.alarmsSince(fromAt)).filter(({ raisedAt }) => raisedAt < toAt);
  const ending = await read.currentExpiringBefore(new Date(now.getTime() + WEEK_MS), { limit: MOST });
  const overdue = await read.overdueFollowUps(now);
  const retrospectives = (await read.unpublishedRetrospectives()).filter(({ dueAt }) => dueAt <= now);
  const { seq } = await read.auditHead();
  return {
    fromAt,
    toAt,
    ended,
    measures: periodMeasures({
      ended,
      attempts,
      canaries: counted.canary_ended ?? 0,
      canariesReturned: counted.canary_missed ?? 0,
      exposures: await read.exposuresBetween(fromAt, toAt),
      lines: await read.linesBetween(fromAt, toAt),
    }),
    incidents: await read.incidentsBetween(fromAt, toAt),
    alarms,
    expired: ending.filter((key) => isOver(key, now)).map(nameOf),
    expiringSoon: ending.filter((key) => !isOver(key, now)).map(nameOf),
    tooOld: (await tooOld(read, look)).map(nameOf),
    ownerless: (await read.currentOwnerless(MOST)).map(nameOf),
    endless: (await read.currentWithoutEnd(MOST)).map(nameOf),
    overdueFollowUps: overdue,
    retrospectives: retrospectives.map(({ incident }) => incident),
    audit: { seq, checked: await read.auditChecked() },
    exceptions: exceptionsIn(counted),
    unreviewedGlass: (await read.unreviewedGlassBreaks()).map(({ by, question }) => `${by}: ${question}`),
    runbooks: await runbooksNow(read, now),
    maxAges: [...look.rules].map(([keyClass, { maxAgeDays }]) => ({ class: keyClass, days: maxAgeDays })),
    keys: await inventory(read),
    syncs: counted.provider_synced ?? 0,
    access: accessOf(policy),
  };
}

function isOver({ expiresAt }: Pick<Key, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

async function tooOld(read: LedgerReader, { now, rules }: Look): Promise<Key[]> {
  const maxAgeOf = (keyClass: Key['class']) =>
    keyClass === 'ephemeral' ? null : (rules.get(keyClass)?.maxAgeDays ?? null);
  return (await complianceNow(read, { maxAgeOf, now })).overdue.map(({ key }) => key);
}

function exceptionsIn(counted: Counted): ReviewFacts['exceptions'] {
  return {
    'points of a close gate waived': counted.incident_point_waived ?? 0,
    'callers of an old key waived': counted.usage_gate_waived ?? 0,
    'peers waived': counted.peer_waived ?? 0,
    'expiries extended': counted.key_expiry_extended ?? 0,
    'graces extended': counted.key_grace_extended ?? 0,
    'decisions by break-glass': counted.glass_broken ?? 0,
    'steps skipped': counted.step_skipped ?? 0,
    'follow-ups dropped': counted.follow_up_dropped ?? 0,
  };
}

async function runbooksNow(read: LedgerReader, now: Date): Promise<ReviewFacts['runbooks']> {
  const live = await read.liveRunbooks();
  const due: string[] = [];
  const proven: { runbook: string; at: Date | null }[] = [];
  for (const version of live) {
    const proof = (await read.runbookProofs(version.runbook, 10)).find(({ passed }) => passed) ?? null;
    const sentence = reviewDue(version, proof, now);
    if (sentence !== null) due.push(sentence.replace(/\.$/, ''));
    proven.push({ runbook: version.runbook, at: proof?.at ?? null });
  }
  return { live: live.length, due, proven };
}

async function inventory(read: LedgerReader): Promise<ReviewFacts['keys']> {
  const counts = (await read.keyCounts()).filter(({ count }) => count > 0);
  const byClass: Record<string, number> = {};
  for (const one of counts) byClass[one.class] = (byClass[one.class] ?? 0) + one.count;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return { total, services: new Set(counts.map(({ service }) => service)).size, byClass };
}

const FINAL: readonly Verb[] = ['revoke', 'administer', 'waive', 'close', 'notify'];

/** Owners are whoever owns the key in question; everybody else by name. */
function accessOf(policy: Policy): ReviewFacts['access'] {
  const people = (names: readonly string[]) => [
    ...[...peopleNamed(policy, names, { owner: null, escalation: null })].sort(),
    ...(names.includes('owner') ? ['the owner of the key'] : []),
    ...(names.includes('escalation') ? ['whom the key escalates to'] : []),
  ];
  const rules = Object.entries(policy.rules).map(([name, rule]) => ({
    what: `approve ${name}`,
    people: people(namesIn(rule)),
  }));
  return [...rules, ...FINAL.map((verb) => ({ what: verb, people: people(policy.may[verb] ?? []) }))];
}
