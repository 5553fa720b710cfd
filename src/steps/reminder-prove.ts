import { z } from 'zod';
import type { LedgerEvent } from '../domain/event.ts';
import type { Reminder } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import { type DigestRow, digestAt, ladderFor, nextDigestAt } from '../domain/reminder.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { currentKey } from './look-up.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Sets the reminder that would have prevented the outage, and fires it on a shifted clock: the ledger is asked the real expiring-soon
 * question as of the first warning day, and the step fails unless the answer tells a living owner about this key in time.
 */
export const reminderProve = defineStep({
  uses: 'reminder.prove',
  summary: 'Sets the expiry reminder of a key and proves, on a shifted clock, that it will reach its owner in time.',
  with: z.strictObject({ key: keyRef.describe('The key whose next expiry must not be missed.') }),
  outputs: z.strictObject({
    would_tell: z.string().describe('What the digest will say.'),
    channel: z.string(),
    shifted_to: z.string().describe('The day on which it will say it.'),
  }),
  effect: 'writes',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'A reminder too many harms nobody.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const { policy } = await context.policy();
    const calls = [`ledger: set the reminder of ${foreseenName(input.key)} and fire it on a shifted clock`];
    if (key === null || peopleNamed(policy, ['owner'], key).size > 0) return foreseen({ calls });
    return foreseen({ calls, problems: [nobodyReminded(key)] });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const { policy } = await context.policy();
    const { owner, expiresAt } = key;
    if (owner === null || peopleNamed(policy, ['owner'], key).size === 0) return failed(nobodyReminded(key));
    if (expiresAt === null)
      return failed(
        `${nameOf(key)} has no expiry date, so nothing can remind of it. Register one, then retry this step.`,
      );
    const before = await context.ledger.reminder(key.id);
    const reminder = before ?? (await newReminder(key, { owner, policy, context }));
    return testFire(key, { reminder, expiresAt, isNew: before === null, zone: policy.team.time_zone, context });
  },
});

function nobodyReminded(key: Key): string {
  return `${nameOf(key)} has no owner that policy.yaml knows (${key.owner ?? 'none'}), so nobody would be reminded. Register one.`;
}

async function newReminder(
  key: Key,
  { owner, policy, context }: { owner: string; policy: Policy; context: StepContext },
): Promise<Reminder> {
  const alert = policy.alerts.key_expiring_soon;
  const ofClass = await context.classRule(key.class);
  return {
    key: key.id,
    withinDays: ladderFor(key, alert?.within_days ?? ofClass.warnDays),
    channel: alert?.channel ?? policy.team.incident_channel,
    owner,
    setAt: context.now(),
    setBy: context.run.requestedBy,
    tested: null,
  };
}

interface Test {
  reminder: Reminder;
  expiresAt: Date;
  isNew: boolean;
  zone: string;
  context: StepContext;
}

async function testFire(key: Key, { reminder, expiresAt, isNew, zone, context }: Test): Promise<StepResult> {
  const longestMs = Math.max(...reminder.withinDays, 0) * DAY_MS;
  const first = new Date(Math.max(expiresAt.getTime() - longestMs, context.now().getTime()));
  const shiftedTo = nextDigestAt(first, zone);
  if (shiftedTo >= expiresAt)
    return failed(
      `The first digest after the warning time of ${nameOf(key)} is ${shiftedTo.toISOString()}, and it expires ${expiresAt.toISOString()}: too late. Give its reminder more days.`,
    );
  const row = (await digestOn(shiftedTo, { reminder, longestMs, context })).find((one) => one.key === key.id);
  if (row === undefined)
    return failed(
      `On ${shiftedTo.toISOString()} the expiring-soon query would not report ${nameOf(key)} (state ${key.state}); its reminder would stay silent.`,
    );
  const tested = { at: context.now(), shiftedTo, wouldTell: row.sentence, channel: row.channel };
  const events: LedgerEvent[] = [
    ...(isNew ? [{ type: 'reminder_set', reminder } as const] : []),
    { type: 'reminder_tested', key: key.id, tested },
  ];
  const outputs = { would_tell: row.sentence, channel: row.channel, shifted_to: shiftedTo.toISOString() };
  return { kind: 'done', outputs, events };
}

/** The digest of that day from the ledger's own query; only this key's reminder may be newer than the ledger. */
async function digestOn(
  day: Date,
  { reminder, longestMs, context }: { reminder: Reminder; longestMs: number; context: StepContext },
): Promise<DigestRow[]> {
  const { ledger } = context;
  // The query's bound is exclusive and the warning step's inclusive.
  const keys = await ledger.keysExpiringBefore(new Date(day.getTime() + longestMs + 1));
  const reminders = new Map<Key['id'], Reminder>();
  for (const key of keys) {
    const known = key.id === reminder.key ? reminder : await ledger.reminder(key.id);
    if (known !== null) reminders.set(key.id, known);
  }
  return digestAt(day, keys, reminders);
}

function failed(error: string): StepResult {
  return { kind: 'failed', error, events: [] };
}
