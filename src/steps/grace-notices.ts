import type { LedgerEvent } from '../domain/event.ts';
import { dueMilestone, type Grace, type Milestone } from '../domain/grace-milestones.ts';
import type { Notice } from '../domain/incident.ts';
import { instantText } from '../domain/instant.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { type Policy, peopleNamed } from '../domain/policy.ts';
import { callersText, countedSince, type StillCalling, stillCalling } from '../domain/usage-share.ts';
import type { ForecastContext, StepContext } from './contract.ts';
import { describedKey, replacementAvailable } from './key-sentences.ts';
import { noticeOf } from './notice-of.ts';
import { modeOf } from './run-mode.ts';

interface InGrace {
  key: Key;
  replacement: Key;
  grace: Grace;
}

interface About extends InGrace {
  milestone: Milestone;
  /** Who still calls with the old key. */
  callers: StillCalling['callers'];
}

/**
 * What the key's owner and its callers hear while the grace passes: at its beginning, a day and an hour before its end and when it is over,
 * each once. An end that was moved is announced anew, so that nobody is surprised by the new one.
 */
export async function graceNotices(about: InGrace, context: StepContext): Promise<LedgerEvent[]> {
  const { key, grace } = about;
  const milestone = dueMilestone(grace, context.now());
  if (milestone === null || (await wasTold(milestone, key, context))) return [];
  const { callers } = stillCalling(await context.ledger.usageOf(key.id, since(milestone, grace, context)), []);
  const { policy } = await context.policy();
  const names = callers.map(({ caller }) => caller);
  const recipients = recipientsOf(key, names, policy);
  return recipients.map((recipient) => ({
    type: 'notice_issued',
    notice: noticeTo(recipient, { ...about, milestone, callers }, context),
  }));
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** Who would hear of the beginning of a grace, if it began now; the ones of later are among them, or called since. */
export async function graceRecipients(key: Key, { ledger, policy, now }: ForecastContext): Promise<string[]> {
  const callers = await ledger.callersOf(key.id, new Date(now().getTime() - WEEK_MS));
  return recipientsOf(
    key,
    callers.map(({ caller }) => caller),
    (await policy()).policy,
  );
}

function recipientsOf(key: Key, callers: Iterable<string>, policy: Policy): string[] {
  return [
    ...[...peopleNamed(policy, ['owner'], key)].sort().map((person) => `person:${person}`),
    ...[...callers].sort().map((caller) => `caller:${caller}`),
  ];
}

/** At the beginning everybody of the last week, so that a weekly job hears of it too; then whoever has called since; at the end, who does now. */
function since({ template }: Milestone, { retiringAt }: Grace, { now }: StepContext): Date {
  if (template === 'grace-began') return new Date(retiringAt.getTime() - WEEK_MS);
  return template === 'grace-over' ? countedSince({ retiringAt }, now()) : retiringAt;
}

async function wasTold({ template, at }: Milestone, key: Key, { ledger, run }: StepContext): Promise<boolean> {
  const notices = await ledger.noticesOfKey(key.id);
  return notices.some((one) => one.run === run.id && one.template === template && one.createdAt >= at);
}

function noticeTo(recipient: string, about: About, context: StepContext): Notice {
  const { key, replacement, milestone } = about;
  return noticeOf(context, {
    recipient,
    key: key.id,
    template: milestone.template,
    facts: {
      whichKey: `${describedKey(key)} ${deadline(about)} ${stillUsedBy(about)}`,
      replacementAvailable: replacementAvailable(replacement),
      dataIntegrity: dataIntegrity(context),
    },
  });
}

function deadline({ grace, milestone, replacement }: About): string {
  const end = instantText(grace.graceEndsAt);
  if (milestone.template === 'grace-over')
    return `has been refused since ${end}: its grace is over. It is revoked as soon as nearly nobody calls with it any more, or somebody waives that.`;
  return `is being replaced by ${nameOf(replacement)}. Both are accepted until ${end}, and only the new one after it.`;
}

function stillUsedBy({ callers, milestone }: About): string {
  if (callers.length === 0) return 'Nobody was seen calling with the old one.';
  const when =
    milestone.template === 'grace-began'
      ? 'Called with the old one in the last week'
      : 'Still calling with the old one';
  return `${when}: ${callersText(callers)}.`;
}

function dataIntegrity(context: StepContext): string {
  return modeOf(context) === 'planned'
    ? 'No data integrity risk: this is a planned replacement.'
    : 'Somebody else may have had the key; what came of it is being looked into.';
}
