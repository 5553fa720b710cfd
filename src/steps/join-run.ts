import type { RunId } from '../domain/ids.ts';
import { nameOf } from '../domain/key.ts';
import type { Run } from '../domain/run.ts';
import { Refusal } from '../errors.ts';
import type { Holder } from '../ledger/fan-outs.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import type { StepContext } from './contract.ts';

/**
 * The run that has the key of this planned one in its hands already: it is waited for, and its outcome counts. Null when the planned one
 * may begin: nobody has the key, a run above this step has it (then this is an escalation), or another item of the same list.
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
  if (!(await waitsForAny(ledger, holder.run, above))) return holder.run;
  const key = await ledger.key(child.key);
  throw new Refusal(
    'would_wait_for_itself',
    `${holder.run} has ${key === null ? child.key : nameOf(key)} in its hands and waits for this run itself. Cancel one of the two.`,
  );
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
