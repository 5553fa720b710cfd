import { assertMay, type Policy } from '../../domain/policy.ts';
import type { RunbookProof } from '../../domain/runbook-version.ts';
import type { RunbookSet } from '../../runbook/runbook-set.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { recordRunbooks } from './record-runbooks.ts';

type Deps = Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'newId' | 'log'> & { runbooks: RunbookSet };
type Shown = Omit<RunbookProof, 'id' | 'at'>;

/** Whoever may replace keys may show that the procedure for it works. Refusal `not_allowed`. */
export function assertMayProve(policy: Policy, actor: Origin['actor']): void {
  assertMay(policy, 'rotate', { actor, subject: { owner: null, escalation: null } });
}

/** Keeps what showed that this text of a runbook works, or that it does not; which text is live besides is recorded first. */
export async function recordProof(deps: Deps, shown: Shown, origin: Origin): Promise<RunbookProof> {
  return auditRefusal(deps, { origin, what: `record a ${shown.how} of ${shown.runbook}` }, async () => {
    const { policy } = await deps.policy();
    assertMayProve(policy, origin.actor);
    await recordRunbooks(deps, deps.runbooks);
    const at = deps.now();
    const proof: RunbookProof = { ...shown, id: deps.newId('proof'), at };
    await deps.ledger.record({ at, actor: origin.actor, channel: origin.channel }, async () => ({
      events: [{ type: 'runbook_proved', proof }],
      result: undefined,
    }));
    return proof;
  });
}
