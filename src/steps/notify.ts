import { z } from 'zod';
import type { Notice } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { peopleNamed } from '../domain/policy.ts';
import { affectedSince } from './affected.ts';
import { defineStep, type ForecastContext, type StepContext } from './contract.ts';
import { keyRef, peopleText, whoText } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { replacementAvailable, whichKey } from './key-sentences.ts';
import { currentKey } from './look-up.ts';
import { noticeOf } from './notice-of.ts';

const With = z.strictObject({
  to: z
    .array(whoText)
    .min(1)
    .describe(
      'People, groups, owner or escalation of the key; callers: everybody seen with it since a week before the failures began.',
    ),
  key: keyRef.describe('The key that failed.'),
  replacement: keyRef.nullable().describe('Its replacement; null when there is none yet.'),
  data_integrity: peopleText.describe('Whether any data integrity risk exists, in one sentence.'),
});

/** Tells everybody affected the three facts that R-KEY-EXPIRY makes mandatory: which key, when the replacement is there, and the data. */
export const notify = defineStep({
  uses: 'notify',
  summary: 'Tells owners and callers which key failed, when its replacement is available and whether data is at risk.',
  with: With,
  outputs: z.strictObject({ told: z.array(z.string()).describe('`person:carol`, `caller:payments-worker`.') }),
  effect: 'writes',
  onlyTells: true,
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'What was said was said.' },
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    if (key === null || input.to === undefined)
      return foreseen({ calls: [`tell people of ${foreseenName(input.key)}`] });
    const notices = await recipients(key, input.to, context);
    return foreseen({
      calls: [`tell ${notices.length} of ${foreseenName(input.key)}: which key, its replacement, and the data`],
      notices,
      ...(notices.length === 0 && { problems: [nobodyToTell(key, input.to)] }),
    });
  },
  perform: async (input, context) => {
    const key = await currentKey(context, input.key);
    const told = await recipients(key, input.to, context);
    if (told.length === 0)
      return {
        kind: 'failed',
        error: nobodyToTell(key, input.to),
        events: [],
      };
    const replacement = input.replacement === null ? null : await currentKey(context, input.replacement);
    const notices = told.map((recipient) => noticeTo(recipient, key, { replacement, input, context }));
    return { kind: 'done', outputs: { told }, events: notices.map((notice) => ({ type: 'notice_issued', notice })) };
  },
});

function nobodyToTell(key: Key, to: readonly string[]): string {
  return `Nobody can be told: ${to.join(', ')} names no one in policy.yaml, and no caller was seen with ${nameOf(key)}.`;
}

async function recipients(key: Key, to: readonly string[], context: ForecastContext): Promise<string[]> {
  const { policy } = await context.policy();
  const people = peopleNamed(
    policy,
    to.filter((who) => who !== 'callers'),
    key,
  );
  const callers = to.includes('callers') ? await callersOf(key, context) : [];
  return [...[...people].sort().map((person) => `person:${person}`), ...callers.map((caller) => `caller:${caller}`)];
}

async function callersOf(key: Key, context: ForecastContext): Promise<string[]> {
  const callers = await context.ledger.callersOf(key.id, affectedSince(context));
  return callers.map(({ caller }) => caller).sort();
}

function noticeTo(
  recipient: string,
  key: Key,
  { replacement, input, context }: { replacement: Key | null; input: z.output<typeof With>; context: StepContext },
): Notice {
  return noticeOf(context, {
    recipient,
    key: key.id,
    template: replacement === null ? 'key-failed' : 'key-replaced',
    facts: {
      whichKey: whichKey(key, context.now()),
      replacementAvailable: replacementAvailable(replacement),
      dataIntegrity: input.data_integrity,
    },
  });
}
