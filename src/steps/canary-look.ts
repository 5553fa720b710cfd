import { differsFrom } from '../domain/expected-answer.ts';
import { type Key, nameOf } from '../domain/key.ts';
import { Refusal, sentenceOf } from '../errors.ts';
import type { CanaryInput, CanaryMember } from './canary-input.ts';
import type { StepContext } from './contract.ts';
import { providerOf, sinkNamed } from './look-up.ts';

interface Looked {
  /** `payments-2: GET … → 500`: every member where the new key did not work, with why. */
  failed: string[];
  /** Too many calls with the new key were rejected; null while it is well. */
  rejected: string | null;
  /** Too few calls for them to show anything; counts only at the end. */
  silent: string | null;
}

interface Looking {
  key: Key;
  cohort: readonly CanaryMember[];
  watch: CanaryInput['watch'];
  /** When the new key was delivered. */
  since: Date;
}

/** One look at all members at once. */
export async function lookAtCanary({ key, cohort, watch, since }: Looking, context: StepContext): Promise<Looked> {
  const problems = await Promise.all(cohort.map((member) => problemAt(member, { key, watch }, context)));
  const failed = cohort.flatMap(({ name }, index) => {
    const problem = problems[index] ?? null;
    return problem === null ? [] : [`${name}: ${problem}`];
  });
  return { failed, ...(await countCalls({ key, cohort, watch, since }, context)) };
}

async function problemAt(
  { sink, target, connection }: CanaryMember,
  { key, watch }: Pick<Looking, 'key' | 'watch'>,
  context: StepContext,
): Promise<string | null> {
  const provider = providerOf(context, key);
  try {
    const there = await sinkNamed(context, sink).read(target);
    if (there === null || !provider.matches(key, there)) return `its place does not hold ${nameOf(key)} any more`;
    if (watch.key_probe) {
      const { verdict, how } = await provider.probe(key, there, context.signal);
      if (verdict !== 'accepted') return `${verdict} (${how})`;
    }
    return watch.http === undefined || connection === undefined
      ? null
      : await unhealthy(connection, watch.http, context);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return `no answer (${sentenceOf(error)})`;
  }
}

async function unhealthy(
  name: string,
  { path, expect }: NonNullable<CanaryInput['watch']['http']>,
  context: StepContext,
): Promise<string | null> {
  const connection = await context.connection(name);
  const { status, body } = await connection.send({ method: 'GET', path, signal: context.signal });
  const json = body.kind === 'json' ? body.json : null;
  const difference = differsFrom(expect, { status, json });
  return difference === null ? null : `GET ${connection.urlOf({ method: 'GET', path })}: ${difference}`;
}

async function countCalls(
  { key, cohort, watch, since }: Looking,
  { ledger }: StepContext,
): Promise<Pick<Looked, 'rejected' | 'silent'>> {
  if (watch.calls === undefined) return { rejected: null, silent: null };
  const callers = new Set(cohort.flatMap(({ caller }) => caller ?? []));
  // Counted by the minute: the one in which it was delivered counts whole.
  const from = new Date(Math.floor(since.getTime() / 60_000) * 60_000);
  const usage = (await ledger.usageOf(key.id, from)).filter((use) => callers.has(use.caller));
  const rejected = usage.reduce((sum, use) => sum + use.rejected, 0);
  const calls = usage.reduce((sum, use) => sum + use.accepted + use.rejected, 0);
  const { most_rejected: most, at_least: least } = watch.calls;
  return {
    rejected: rejected > most ? `${rejected} of ${calls} calls with it were rejected, ${most} were allowed` : null,
    silent:
      calls < least ? `${calls} calls with it were counted, at least ${least} were expected: that shows nothing` : null,
  };
}
