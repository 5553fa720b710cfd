import { delegateVoice } from '../../domain/approval/delegate.ts';
import type { EngineDeps } from '../deps.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import { decisionContext } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { approvalOrRefuse } from './binding.ts';
import type { ApprovalVerbs } from './verbs.ts';

export async function delegate(
  deps: EngineDeps,
  token: string,
  press: Parameters<ApprovalVerbs['delegate']>[1],
): Promise<void> {
  const known = await deps.ledger.read.approvalByToken(token);
  await auditRefusal(deps, { origin: press, what: `delegate in ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecretIn({ reason: press.reason });
    const { policy } = await deps.policy();
    const seen = await approvalOrRefuse(deps.ledger.read, token);
    await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const approval = await approvalOrRefuse(read, token);
      const { person: from, to, reason } = press;
      const delegation = delegateVoice(approval, { from, to, reason }, { policy, now: deps.now() });
      return { events: [{ type: 'approval_delegated', approval: approval.id, delegation }], result: undefined };
    });
  });
}
