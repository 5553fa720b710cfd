import type { RunId } from '../domain/ids.ts';
import type { Verb } from '../domain/policy.ts';
import type { Run } from '../domain/run.ts';
import type { EngineDeps } from './deps.ts';
import type { Origin } from './engine.ts';
import { assertMayOn, runOrRefuse } from './open-run.ts';
import { auditRefusal } from './refusals.ts';

/** Asked before a form is shown, so that nobody fills one in only to be refused. The verb itself asks once more. */
export async function mayOn(
  deps: Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'log'>,
  id: RunId,
  { verb, ...origin }: Origin & { verb: Verb },
): Promise<Run> {
  return auditRefusal(deps, { origin, what: `${verb} ${id}` }, async () => {
    const { policy } = await deps.policy();
    const run = await runOrRefuse(deps.ledger.read, id);
    await assertMayOn(deps.ledger.read, run, { policy, verb, origin });
    return run;
  });
}
