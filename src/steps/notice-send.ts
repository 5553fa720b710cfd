import { z } from 'zod';
import type { Approval } from '../domain/approval.ts';
import { type Dispatch, isUnderWay, type Reached } from '../domain/dispatch.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { StepId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import { fewestVoices } from '../domain/policy/approval-rule.ts';
import type { Waiting } from '../domain/run.ts';
import { PermanentFailure } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { approve } from './approve.ts';
import { defineStep, type StepContext, type StepResult } from './contract.ts';
import { approvalRule, duration, keyRef, peopleText } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { currentKey } from './look-up.ts';
import { forecastTelling } from './notice-forecast.ts';
import { noticesInside } from './notice-inside.ts';
import { circlesOf, type Draft, draftOf, questionOf, reachedNow, type Told, withApproval } from './notice-letter.ts';
import { outputsOf, queuedFor } from './notice-outcome.ts';
import { openRival, saidSince } from './notice-rival.ts';

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
const LONGEST_TURN_MS = 24 * 60 * MINUTE_MS;

const CHOSEN = 'chosen';

const With = z.strictObject({
  to: z
    .string()
    .max(1_000)
    .refine(
      (text) => circlesOf(text) !== null,
      'expected callers, peers, caller:…, peer:… or contact:…, with commas between',
    )
    .default('callers, peers')
    .describe(
      'callers: everybody seen with the key; peers: everybody who pins it; or single ones: `contact:partner, caller:billing`. Who is behind them stands under `contacts` in connections.yaml.',
    ),
  key: keyRef.describe('The key that failed or is replaced.'),
  replacement: keyRef.nullable().default(null).describe('Its replacement; null when there is none yet.'),
  data_integrity: peopleText.describe('Whether any data integrity risk exists, in one sentence.'),
  template: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected the name of a file in notices/ without .md')
    .default(CHOSEN)
    .describe('A reviewed template of `notices/`; `chosen`: the one that what happened asks for.'),
  rule: approvalRule.default('notify_outside').describe('Rule in policy.yaml that says who approves the exact text.'),
  wait: duration
    .default(15 * MINUTE_MS)
    .describe(
      'How long the step waits for the other sides to take it. What is on its way then goes on without the run.',
    ),
});
type Input = z.output<typeof With>;

/**
 * Nothing leaves the company before somebody has approved exactly this text to exactly these addresses: the step asks by itself, and the
 * ledger refuses a delivery without that approval. The step only writes down what is to be sent, in the transaction of its outcome, so it may
 * be done again; the deliveries are sent by their rows (engine/deliveries).
 */
export const noticeSend = defineStep({
  uses: 'notice.send',
  summary:
    'Tells people outside the company by e-mail and signed webhook, from a reviewed template, once somebody has approved the exact text and recipients.',
  with: With,
  outputs: z.strictObject({
    told: z.array(z.string()).describe('Whom it reached: `caller:payments-worker`, `peer:node-b`.'),
    inside: z.array(z.string()).describe('Whom it reached in Slack, because people of policy.yaml are behind them.'),
    pending: z.array(z.string()).describe('Whom it is still on its way to.'),
    failed: z.array(z.string()).describe('Whom it did not reach, or nobody knows.'),
    unknown: z.array(z.string()).describe('Behind whom connections.yaml knows nobody.'),
    approved_by: z.array(z.string()).describe('Who approved the text; nobody when nothing went out.'),
  }),
  effect: 'writes',
  onlyTells: true,
  repeat: 'safe',
  undo: {
    kind: 'nothing',
    why: 'What has left the company cannot be called back; what was not approved has not left it.',
  },
  unskippable: 'people are asked for an approval in it. Let them deny it, or cancel the run.',
  timeoutMs: 30_000,
  rehearsal: 'real',
  forecast: async (input, context) => {
    const key = await foreseenRow(input.key, context);
    const circles = circlesOf(input.to ?? 'callers, peers');
    if (key === null || circles === null)
      return foreseen({ calls: [`tell people outside of ${foreseenName(input.key)}, once somebody has approved it`] });
    const replacement = await foreseenRow(input.replacement, context);
    const dataIntegrity = input.data_integrity ?? '(known during the run)';
    const told = { key, replacement, dataIntegrity, template: templateOf(input) };
    return forecastTelling({ told, circles, rule: input.rule ?? 'notify_outside' }, context);
  },
  perform: async (input, context) => begin(input, context),
  resume: async (input, context) =>
    context.waiting.kind === 'approval' ? decided(input, context) : looked(input, context),
});

async function begin(input: Input, context: StepContext): Promise<StepResult> {
  const { ledger, run, step } = context;
  const { told, reached } = await toldNow(input, context);
  const by = { ledger, own: { run: run.id, step: StepId.parse(step.id) } };
  // Two notices about one key at the same time would be two mails to the same people.
  const rival = await openRival(told.key, reached.addressees, by);
  if (rival !== null) return itsTurn(rival, context);
  const inside = await noticesInside(told, reached, context);
  if (reached.addressees.length === 0)
    return { kind: 'done', outputs: outputsOf(reached, { deliveries: [], by: [] }), events: inside };
  const draft = await draftOf(told, reached.addressees, context);
  const said = await saidSince(step.startedAt, draft, by);
  if (said !== null) return { kind: 'done', outputs: await outputsAfter(said, reached, ledger), events: inside };
  const asked = await ask(input, draft, { key: told.key, context });
  return { ...asked, events: [...inside, ...asked.events] };
}

/** Looks again until the other notice is over; nothing is asked of anybody meanwhile. */
function itsTurn({ id }: Dispatch, { now, step }: StepContext): StepResult {
  const until = new Date(step.startedAt.getTime() + LONGEST_TURN_MS);
  if (now() < until) return { kind: 'wait', waiting: { kind: 'look', until, everyMs: LOOK_EVERY_MS }, events: [] };
  throw new PermanentFailure(
    `The notice ${id} about the same key to the same people is still neither sent nor over. Nothing was sent; decide or withdraw that one first.`,
  );
}

async function outputsAfter(dispatch: Dispatch, reached: Reached, ledger: LedgerReader) {
  const approval = await ledger.approval(dispatch.approval);
  const by = (approval?.votes ?? []).filter(({ vote }) => vote === 'approve').map(({ person }) => person);
  return outputsOf(reached, { deliveries: await ledger.deliveriesOf(dispatch.id), by });
}

/** The question names the text by its hash, so that a yes to one text is never a yes to another. */
async function ask(
  input: Input,
  draft: Draft,
  { key, context }: { key: Key; context: StepContext },
): Promise<StepResult> {
  await assertSomebodyDecides(input.rule, context);
  const result = await approve.perform({ question: questionOf(draft, key), rule: input.rule }, context);
  return withDraft(result, draft);
}

// Tier 0 asks nobody, and what leaves the company is never nobody's decision.
async function assertSomebodyDecides(name: string, context: StepContext): Promise<void> {
  const { policy } = await context.policy();
  const rule = Object.hasOwn(policy.rules, name) ? policy.rules[name] : undefined;
  if (rule === undefined || fewestVoices(rule) > 0) return;
  throw new PermanentFailure(
    `The rule ${name} asks nobody (tier 0), and nothing leaves the company without an approval. Name a rule of tier 1 or higher. Nothing was sent.`,
  );
}

function withDraft(result: StepResult, draft: Draft): StepResult {
  const drafted = result.events.flatMap((event): LedgerEvent[] =>
    event.type === 'approval_requested'
      ? [event, { type: 'dispatch_drafted', draft: withApproval(draft, event.approval.id) }]
      : [event],
  );
  return { ...result, events: drafted };
}

/** Somebody decided, a reminder is due, or it expired. What would be sent now has to be what was shown; otherwise it is asked again. */
async function decided(input: Input, context: StepContext & { waiting: Waiting }): Promise<StepResult> {
  const { approval, dispatch } = await askedFor(context);
  const { told, reached } = await toldNow(input, context);
  if (approval.outcome !== null && approval.outcome !== 'approved')
    return approve.resume?.(...asApprove(input, approval, context)) ?? lost();
  const draft = await draftOf(told, reached.addressees, context);
  if (draft.hash !== dispatch.hash) return askAgain(input, { approval, draft, reached, key: told.key }, context);
  const result = (await approve.resume?.(...asApprove(input, approval, context))) ?? lost();
  if (result.kind !== 'done') return withDraft(result, draft);
  const { smtp } = await context.outside.specs();
  const queued = dispatch.addressees.map((addressee) => queuedFor(dispatch, addressee, { smtp, context }));
  const until = new Date(context.now().getTime() + input.wait);
  return {
    kind: 'wait',
    waiting: { kind: 'look', until, everyMs: LOOK_EVERY_MS },
    events: [
      ...result.events,
      ...queued.map((delivery) => ({ type: 'delivery_queued' as const, dispatch: dispatch.id, delivery })),
    ],
  };
}

async function askAgain(
  input: Input,
  { approval, draft, reached, key }: { approval: Approval; draft: Draft; reached: Reached; key: Key },
  context: StepContext,
): Promise<StepResult> {
  const superseded = { type: 'approval_decided', approval: approval.id, outcome: 'superseded' } as const;
  if (reached.addressees.length === 0)
    return { kind: 'done', outputs: outputsOf(reached, { deliveries: [], by: [] }), events: [superseded] };
  const again = await ask(input, draft, { key, context });
  return { ...again, events: [superseded, ...again.events] };
}

function asApprove(input: Input, { question }: Approval, context: StepContext & { waiting: Waiting }) {
  return [{ question, rule: input.rule }, context] as const;
}

/** Queued and approved: until every other side has answered, or the run has waited long enough. */
async function looked(input: Input, context: StepContext & { waiting: Waiting }): Promise<StepResult> {
  const { ledger, run, step, waiting, now } = context;
  const dispatches = (await ledger.dispatchesOfRun(run.id)).filter((one) => one.step === step.id);
  const dispatch = dispatches.at(-1);
  if (waiting.kind !== 'look') return lost();
  if (dispatch === undefined) return begin(input, context);
  const deliveries = await ledger.deliveriesOf(dispatch.id);
  if (deliveries.some(isUnderWay) && now() < waiting.until) return { kind: 'wait', waiting, events: [] };
  const { reached } = await toldNow(input, context);
  return { kind: 'done', outputs: await outputsAfter(dispatch, reached, ledger), events: [] };
}

async function askedFor({ ledger, waiting }: StepContext & { waiting: Waiting }) {
  const approval = waiting.kind === 'approval' ? await ledger.approval(waiting.id) : null;
  const dispatch = approval === null ? null : await ledger.dispatchOfApproval(approval.id);
  return approval === null || dispatch === null ? lost() : { approval, dispatch };
}

function lost(): never {
  throw new PermanentFailure('What this step waited for is not in the ledger.');
}

async function toldNow(input: Input, context: StepContext): Promise<{ told: Told; reached: Reached }> {
  const key = await currentKey(context, input.key);
  const replacement = input.replacement === null ? null : await currentKey(context, input.replacement);
  const reached = await reachedNow(circlesOf(input.to) ?? [], key, context);
  return { told: { key, replacement, dataIntegrity: input.data_integrity, template: templateOf(input) }, reached };
}

function templateOf({ template = CHOSEN }: Partial<Input>): string | null {
  return template === CHOSEN ? null : template;
}
