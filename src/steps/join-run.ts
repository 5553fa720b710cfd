import type { RunId } from '../domain/ids.ts';
import { instantText } from '../domain/instant.ts';
import { nameOf } from '../domain/key.ts';
import { isWorse } from '../domain/rotation-rules.ts';
import type { Run } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Holder } from '../ledger/fan-outs.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { StepContext } from './contract.ts';
import { modeOf } from './run-mode.ts';

/**
 * The run that has the key of this planned one in its hands already and does as much: it is waited for, and its outcome counts. A Refusal
 * when it does less, or something else. Null when the planned one may begin: nobody has the key, a run above this step has it (then this is an escalation), or another item of the same list.
 */
export async function runToJoin(
  { ledger, run, step }: Pick<StepContext, 'ledger' | 'run' | 'step'>,
  child: Run,
): Promise<RunId | null> {
  if (child.key === null || child.openRuns === 'any') return null;
  const holders = (await ledger.holdersOf(child.key)).filter(({ parent }) => !isOf(parent, { run, step }));
  const holder = holders.find(({ parent }) => parent === null) ?? holders[0];
  if (holder === undefined) return null;
  const above = new Set([run.id, ...(await ledger.ancestorsOf(run.id))]);
  if (holders.some((one) => above.has(one.run))) return null;
  const key = await ledger.key(child.key);
  const name = key === null ? child.key : nameOf(key);
  if (await waitsForAny(ledger, holder.run, above))
    throw new Refusal(
      'would_wait_for_itself',
      `${holder.run} has ${name} in its hands and waits for this run itself. Cancel one of the two.`,
    );
  await assertDoesAsMuch(ledger, { holder: holder.run, child, name });
  return holder.run;
}

/** Its outcome stands for the planned one only when it does the same, and no less of it. */
async function assertDoesAsMuch(
  ledger: Pick<LedgerReader, 'run'>,
  { holder, child, name }: { holder: RunId; child: Run; name: string },
): Promise<void> {
  const running = await ledger.run(holder);
  if (running === null) return;
  const what = `${name} is in the hands of ${running.runbook.id} (${holder}) since ${instantText(running.startedAt)}, started by ${running.requestedBy}`;
  const then = 'Wait for its end, or cancel it; then retry this step.';
  if (running.runbook.id !== child.runbook.id)
    throw new Refusal('key_taken', `${what}, which does not do what ${child.runbook.id} does. ${then}`);
  const [asked, given] = [modeOf({ run: child }), modeOf({ run: running })];
  if (asked !== null && given !== null && isWorse(asked, given))
    throw new Refusal('worse_than_running', `${what}, as ${given}: that does less than ${asked} needs. ${then}`);
}

function isOf(parent: Holder['parent'], of: { run: Run; step: { id: string } }): boolean {
  return parent?.run === of.run.id && parent.step === of.step.id;
}

/** Whether this run waits for one of these, directly or by way of others. */
async function waitsForAny(
  ledger: Pick<LedgerReader, 'waitsFor'>,
  run: RunId,
  wanted: ReadonlySet<RunId>,
): Promise<boolean> {
  const seen = new Set<RunId>();
  const open = [run];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (wanted.has(next)) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(await ledger.waitsFor(next)));
  }
  return false;
}
