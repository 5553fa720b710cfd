import { z } from 'zod';
import { spanText } from '../domain/duration.ts';
import type { LedgerEvent } from '../domain/event.ts';
import { type Grace, nextMilestoneAt } from '../domain/grace-milestones.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { scopeOf } from '../domain/run.ts';
import { toldBy } from '../domain/timeline.ts';
import { countedSince, type StillCalling, stillCalling } from '../domain/usage-share.ts';
import { isWatched, lastsSince, silenceOf } from '../domain/usage-silence.ts';
import { PermanentFailure } from '../errors.ts';
import type { Usage } from '../ledger/reader.ts';
import { defineStep, type Forecast, type ForecastContext, type StepContext, type StepResult } from './contract.ts';
import { keyRef } from './fields.ts';
import { foreseen, foreseenName, foreseenRow } from './forecast.ts';
import { graceNotices, graceRecipients } from './grace-notices.ts';
import { linesSinceGrace } from './lines-of-key.ts';
import { currentKey } from './look-up.ts';

const MINUTE_MS = 60_000;
const LOOK_AGAIN_MS = 15 * MINUTE_MS;

const With = z.strictObject({
  key: keyRef.describe('The key that is being replaced.'),
  replacement: keyRef.describe('Its replacement, which its callers move over to.'),
  share_percent: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe('The gate opens when less than this part of the calls still comes with the old key.'),
});

/**
 * Nobody's key is revoked under their hands: waits until the grace is over as the ledger has it now (an extension moves it), tells owner and
 * callers on the way, and then holds until less than one call in a hundred comes with the old key. Attempts that are refused count, for
 * they are somebody whom the revoking would leave behind. Where nobody called at all it holds for an hour first: that nothing was counted may
 * be the fault of a clock or of a stop. A person may waive it, under their name.
 */
export const usageGate = defineStep({
  uses: 'usage.gate',
  summary:
    'Waits for the end of the grace, and then until nearly nobody calls with the old key or a person waives that.',
  with: With,
  outputs: z.strictObject({
    share: z.number().describe('Calls with the old key as a part of all calls in the last hour, 0 to 1.'),
    callers: z.array(z.string()).describe('Who still called with the old key.'),
    waived: z.boolean().describe('true: a person let the key be revoked all the same.'),
    waived_by: z.string().nullable(),
    why: z.string().nullable().describe('What that person gave as the reason.'),
  }),
  effect: 'reads',
  repeat: 'safe',
  undo: { kind: 'nothing', why: 'It only waits.' },
  timeoutMs: 30_000,
  unskippable:
    'who still calls with the old key would be cut off. Whoever may waive the gate says so: rekey keys waive.',
  rehearsal: 'real',
  forecast: async (input, context) => gateForecast(input, context),
  perform: async (input, context) => look(input, context),
  resume: async (input, context) => look(input, context),
});

/** Who still calls today is who would hear of the end of the grace, together with the owner. */
async function gateForecast(input: Partial<z.output<typeof With>>, context: ForecastContext): Promise<Forecast> {
  const key = await foreseenRow(input.key, context);
  const name = foreseenName(input.key);
  const share = `until less than ${input.share_percent ?? 1}% of the calls come with ${name}`;
  if (key === null) return foreseen({ calls: [`ledger: wait ${share}`] });
  const end = key.graceEndsAt ?? foreseenGraceEnd(context);
  const leftMs = end === null ? 0 : Math.max(0, end.getTime() - context.now().getTime());
  const grace = leftMs === 0 ? '' : `for the end of the grace (${spanText(leftMs)}), then `;
  return foreseen({
    calls: [`ledger: wait ${grace}${share}; a person may waive it`],
    notices: await graceRecipients(key, context),
    atLeastMs: leftMs,
  });
}

/** As key.retire of this same run would set it. */
function foreseenGraceEnd({ run }: ForecastContext): Date | null {
  const ends = Object.values(scopeOf(run).steps).flatMap(({ grace_ends_at: at }) =>
    typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? [new Date(at)] : [],
  );
  return ends[0] ?? null;
}

async function look(input: z.output<typeof With>, context: StepContext): Promise<StepResult> {
  const key = await currentKey(context, input.key);
  const replacement = await currentKey(context, input.replacement);
  if (key.state === 'revoked') return passed({ share: 0, callers: [] }, null, []);
  if (replacement.state === 'revoked' || replacement.state === 'expired')
    throw new PermanentFailure(
      `${nameOf(key)} was not revoked: its replacement ${nameOf(replacement)} is ${replacement.state} meanwhile, so it would be missed.`,
    );
  const grace = graceOf(key);
  if (grace === null) return decide({ key, replacement, input }, [], context);
  const notices = await graceNotices({ key, replacement, grace }, context);
  const until = nextMilestoneAt(grace, context.now());
  if (until !== null) return { kind: 'wait', waiting: { kind: 'time', until }, events: notices };
  return decide({ key, replacement, input }, notices, context);
}

/** A key that was never retired, such as one in shipped devices, has no end to wait for. */
function graceOf({ retiringAt, graceEndsAt }: Key): Grace | null {
  return retiringAt === null || graceEndsAt === null ? null : { retiringAt, graceEndsAt };
}

interface Gate {
  key: Key;
  replacement: Key;
  input: z.output<typeof With>;
}

/** The question itself: may the old key go? */
async function decide(gate: Gate, notices: LedgerEvent[], context: StepContext): Promise<StepResult> {
  const { key, input } = gate;
  const count = await countOf(gate, context);
  const since = countedSince(key, context.now());
  const inLastHour = ({ minute }: Usage) => minute >= since;
  const found = stillCalling(count.old.filter(inLastHour), count.replacement.filter(inLastHour));
  const silence = silenceOf(count, since);
  const last = await lastHeld(key, context);
  const heldAt = silence !== null && last?.silent && lastsSince(last.at, silence) ? last.at : null;
  const isOver = silence === null || (heldAt !== null && isWatched(silence, heldAt, context.now()));
  if (isOver && found.share * 100 < input.share_percent) return passed(found, null, notices);
  const seen: Seen = isOver ? found : { ...silence.before, silent: true };
  const waiver = await waiverOf(key, context);
  if (waiver !== null) return passed(seen, waiver, notices);
  // On record once for each change of who still calls, and once for each silence.
  const isKnown = isOver ? last !== null && !last.silent && sameCallers(last.callers, seen.callers) : heldAt !== null;
  const events: LedgerEvent[] = isKnown ? [] : [{ type: 'usage_gate_held', key: key.id, ...seen }];
  const until = new Date(context.now().getTime() + LOOK_AGAIN_MS);
  return { kind: 'wait', waiting: { kind: 'time', until }, events: [...notices, ...events] };
}

function passed({ share, callers }: StillCalling, waiver: Waiver | null, events: LedgerEvent[]): StepResult {
  const outputs = {
    share,
    callers: callers.map(({ caller }) => caller),
    waived: waiver !== null,
    waived_by: waiver?.by ?? null,
    why: waiver?.reason ?? null,
  };
  return { kind: 'done', outputs, events };
}

async function countOf(
  { key, replacement }: Gate,
  context: StepContext,
): Promise<{ old: Usage[]; replacement: Usage[] }> {
  const { ledger } = context;
  // Counted by the minute: a call right after the beginning stands under the minute that it is in.
  const from = Math.min(beganAt(key, context).getTime(), countedSince(key, context.now()).getTime());
  const since = new Date(Math.floor(from / MINUTE_MS) * MINUTE_MS);
  return { old: await ledger.usageOf(key.id, since), replacement: await ledger.usageOf(replacement.id, since) };
}

type Seen = StillCalling & { silent?: true };

interface Waiver {
  by: string;
  reason: string;
}

/** What a person said since this grace began, newest first. */
async function waiverOf(key: Key, context: StepContext): Promise<Waiver | null> {
  for await (const line of linesSinceGrace(key, context)) {
    const told = toldBy(line);
    if (told.type === 'usage_gate_waived') return { by: told.by, reason: told.reason };
  }
  return null;
}

/** An extended grace begins a new count. */
async function lastHeld(key: Key, context: StepContext): Promise<(Seen & { at: Date }) | null> {
  const since = key.graceEndsAt ?? beganAt(key, context);
  for await (const line of linesSinceGrace(key, context)) {
    const told = toldBy(line);
    if (told.type !== 'usage_gate_held') continue;
    return line.at < since ? null : { ...told, at: line.at };
  }
  return null;
}

function sameCallers(before: StillCalling['callers'], now: StillCalling['callers']): boolean {
  const names = (of: StillCalling['callers']) =>
    of
      .map(({ caller }) => caller)
      .sort()
      .join(' ');
  return names(before) === names(now);
}

function beganAt({ retiringAt }: Key, { run }: StepContext): Date {
  return retiringAt ?? run.startedAt;
}
