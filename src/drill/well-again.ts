import type { LoadedRunbook } from '../runbook/loaded.ts';
import type { Ended } from './facts.ts';
import type { Stage } from './stage.ts';

/** What has to be so after every drill, whatever went wrong on the way: in sentences what is not. */
export async function wellAgain(stage: Stage, { runs, old, replacement }: Ended): Promise<string[]> {
  const { traffic, drilled } = stage;
  const last = runs.at(-1);
  const problems: string[] = [];
  if (last?.outcome !== 'succeeded') problems.push(`the last run ${last?.outcome ?? 'has not ended'}: ${whyOf(last)}`);
  if (uses(drilled.runbook, 'key.create')) {
    if (replacement?.provedLiveAt == null) problems.push('no replacement is proved to work');
    await traffic.beat();
    const now = traffic.calls.slice(-traffic.callers.length);
    const rejected = now.filter(({ path, outcome }) => path === '/v1/payments' && outcome !== 'accepted');
    if (rejected.length > 0)
      problems.push(`calls of ${rejected.map(({ caller }) => caller).join(', ')} are still refused`);
  }
  if (uses(drilled.runbook, 'key.revoke')) {
    if (old.provedDeadAt === null) problems.push('the old key is not proved dead');
    if (traffic.seen('old').nowhereAt === null) problems.push('the old key is still let through');
  }
  return problems;
}

export function uses({ steps }: LoadedRunbook, kind: string): boolean {
  return steps.some((step) => step.kind.uses === kind);
}

function whyOf(run: Ended['runs'][number] | undefined): string {
  const failed = Object.values(run?.steps ?? {}).flatMap((record) =>
    record.state === 'failed' ? [`${record.step}: ${record.error}`] : [],
  );
  return failed.join('; ') || 'no step failed';
}
