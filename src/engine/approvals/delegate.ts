import { delegateVoice } from '../../domain/approval/delegate.ts';
import { proofWanted } from '../../domain/approval/proof.ts';
import type { Approval } from '../../domain/approval.ts';
import type { PersonId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
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
    const { person: from, to, reason } = press;
    const today = { policy, now: deps.now() };
    delegateVoice(seen, { from, to, reason }, today);
    await assertCanProve(deps, seen, to);
    await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const approval = await approvalOrRefuse(read, token);
      const delegation = delegateVoice(approval, { from, to, reason }, today);
      return { events: [{ type: 'approval_delegated', approval: approval.id, delegation }], result: undefined };
    });
  });
}

/** A voice is handed over once, so where a code is needed it would be lost with somebody who has none. */
async function assertCanProve({ stepUp }: EngineDeps, approval: Approval, to: PersonId): Promise<void> {
  if (proofWanted(approval) !== 'totp' || (await stepUp.isEnrolled(to))) return;
  throw new Refusal(
    'not_enrolled',
    `The rule ${approval.ruleName} wants a code of everybody who decides, and ${to} has none, so your voice would be lost. ` +
      `Name somebody else, or let ${to} enrol first. ${stepUp.howToEnrol}`,
  );
}
