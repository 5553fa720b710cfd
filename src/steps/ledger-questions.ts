import { z } from 'zod';
import { awaitedVersion } from '../domain/awaited-version.ts';
import type { Ask } from '../domain/incident.ts';
import type { Key } from '../domain/key.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import {
  answerQuestions,
  EXPIRING_SOON,
  MISSED_ROTATION,
  Missed,
  type MissedFacts,
  QUESTIONS,
  whyMissed,
} from '../domain/questions.ts';
import type { Run } from '../domain/run.ts';
import { defineStep, type StepContext } from './contract.ts';
import { evidenceOf } from './evidence.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName } from './forecast.ts';
import { currentKey } from './look-up.ts';

/** Answers the Investigate questions of R-KEY-EXPIRY from what is recorded. Nobody has to remember anything at three in the morning. */
export const ledgerQuestions = defineStep({
  uses: 'ledger.questions',
  summary: 'Answers why the rotation was missed, question by question, with what in the ledger proves it.',
  with: z.strictObject({
    key: keyRef.describe('The key that failed.'),
    ask: z.array(z.enum(QUESTIONS)).min(1).describe('Which of the five questions.'),
  }),
  outputs: Missed,
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only looks.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async ({ key, ask }) =>
    foreseen({ calls: [`ledger: answer ${(ask ?? QUESTIONS).join(', ')} of ${foreseenName(key)}`] }),
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const answers = answerQuestions(input.ask, await factsOf(key, context));
    const found = { answers, missed: whyMissed(answers) };
    return {
      kind: 'done',
      outputs: found,
      events: [{ type: 'evidence_captured', evidence: evidenceOf(MISSED_ROTATION, found, context) }],
    };
  },
});

async function factsOf(key: Key, context: StepContext): Promise<MissedFacts> {
  const { ledger, now } = context;
  const { policy } = await context.policy();
  const underWay = await rotationsAtExpiry(key, context);
  const notices = await ledger.noticesOfKey(key.id);
  return {
    key,
    now: now(),
    alert: alertOf(policy),
    reminder: await ledger.reminder(key.id),
    warnings: notices.filter((notice) => notice.template === EXPIRING_SOON),
    impressions: await ledger.impressionsOf(key.id),
    claims: await ledger.expiryClaimsOf(key.id),
    owners: key.owner === null ? [] : [...peopleNamed(policy, ['owner'], key)].sort(),
    knownSince: await knownSince(key, context),
    pending: await pendingAt(key.expiresAt ?? now(), underWay, context),
    underWay: underWay.length,
    latePeers: await peersLateAt(key.expiresAt ?? now(), key, ledger),
  };
}

function alertOf(policy: Policy): MissedFacts['alert'] {
  const alert = policy.alerts.key_expiring_soon;
  if (alert === undefined) return null;
  return { withinDays: alert.within_days, channel: alert.channel ?? policy.team.incident_channel };
}

/** The oldest audit line about the key is when the ledger learned of it. */
async function knownSince(key: Key, { ledger }: StepContext): Promise<Date | null> {
  const lines = await ledger.audit({ subject: `key:${key.id}`, limit: 1_000 });
  return lines.at(-1)?.at ?? null;
}

/** Peers on the board of what takes the place of the key, as they stood at that instant. */
async function peersLateAt(at: Date, key: Key, ledger: StepContext['ledger']): Promise<MissedFacts['latePeers']> {
  const next = awaitedVersion(key, await ledger.versionsOf(key.slug));
  if (next.id === key.id) return [];
  return (await ledger.peerProgress(next.id))
    .flatMap(({ peer, reached, waived }) => {
      const ends = [reached.pinned?.at, reached.pulled?.at, waived?.at];
      const isOver = ends.some((end) => end !== undefined && end <= at);
      const toldAt = reached.notified?.at;
      return toldAt === undefined || toldAt >= at || isOver ? [] : [{ peer, toldAt }];
    })
    .sort((a, b) => a.toldAt.getTime() - b.toldAt.getTime());
}

async function rotationsAtExpiry(key: Key, { ledger, run, now }: StepContext): Promise<Run[]> {
  const at = key.expiresAt ?? now();
  const runs = await ledger.runsOfKey(key.id);
  return runs.filter(
    (one) =>
      one.id !== run.id &&
      one.parent === null &&
      one.startedAt < at &&
      (one.finishedAt === null || one.finishedAt > at),
  );
}

/** Questions that were open at that instant, in runs that were under way. */
async function pendingAt(at: Date, runs: readonly Run[], { ledger }: StepContext): Promise<Ask[]> {
  const asks: Ask[] = [];
  for (const run of runs) {
    const all = run.incident === null ? await asksWaitedFor(run, ledger) : await ledger.asksOfIncident(run.incident);
    asks.push(
      ...all.filter((ask) => ask.run === run.id && ask.createdAt < at && (ask.answer === null || ask.answer.at > at)),
    );
  }
  return asks;
}

// A run outside an incident has no list of questions; what it waits for now is in its steps.
async function asksWaitedFor(run: Run, ledger: StepContext['ledger']): Promise<Ask[]> {
  const asks: Ask[] = [];
  for (const record of Object.values(run.steps)) {
    if (record.state !== 'waiting' || record.waiting.kind !== 'ask') continue;
    const ask = await ledger.ask(record.waiting.id);
    if (ask !== null) asks.push(ask);
  }
  return asks;
}
