import { breakGlass as decideAlone, type GlassBreak, reviewGlass } from '../../domain/approval/break-glass.ts';
import { type Approval, assertOpen } from '../../domain/approval.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { ApprovalId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { EngineDeps } from '../deps.ts';
import { assertNoSecretIn } from '../keys/record-on-key.ts';
import { decisionContext, wakeSoon } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { approvalOrRefuse, assertFresh, currentBinding } from './binding.ts';
import { expiryOf } from './late.ts';
import { proveCode, withCode } from './prove-code.ts';
import type { ApprovalVerbs, GlassPress } from './verbs.ts';

type Today = Awaited<ReturnType<EngineDeps['policy']>>;

/** One person decides an open approval alone; the debt of a review is opened in the same transaction. */
export async function breakGlass(deps: EngineDeps, token: string, press: GlassPress): Promise<GlassBreak> {
  const known = await deps.ledger.read.approvalByToken(token);
  return auditRefusal(deps, { origin: press, what: `break-glass on ${known?.id ?? 'nothing'}` }, async () => {
    assertNoSecretIn({ reason: press.reason });
    const today = await deps.policy();
    const seen = await approvalOrRefuse(deps.ledger.read, token);
    await brokenNow(deps, deps.ledger.read, { approval: seen, press, today });
    const proven = await proveCode(deps, seen, press);
    const used = await deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const approval = await approvalOrRefuse(read, token);
      const expiry = expiryOf(approval, deps.now());
      if (expiry !== null) return { events: expiry, result: null };
      const use = await brokenNow(deps, read, { approval, press, today });
      const events: LedgerEvent[] = [
        ...proven,
        { type: 'glass_broken', use },
        { type: 'approval_decided', approval: approval.id, outcome: 'approved' },
      ];
      return { events, result: use };
    });
    await wakeSoon(deps, seen.run);
    if (used !== null) return used;
    assertOpen(seen, seen.expiresAt);
    throw new Error(`${seen.id} was late and open at once.`);
  });
}

async function brokenNow(
  deps: EngineDeps,
  read: LedgerReader,
  { approval, press, today }: { approval: Approval; press: GlassPress; today: Today },
): Promise<GlassBreak> {
  const unreviewed = await read.unreviewedGlassBreaks();
  const use = decideAlone(approval, withCode(press), { policy: today.policy, now: deps.now(), unreviewed });
  assertFresh(approval, press.reviewHash, await currentBinding(deps, approval, { read, policyHash: today.hash }));
  return use;
}

export async function reviewBreakGlass(
  deps: EngineDeps,
  id: string,
  press: Parameters<ApprovalVerbs['reviewBreakGlass']>[1],
): Promise<GlassBreak> {
  return auditRefusal(deps, { origin: press, what: `review of break-glass ${id}` }, async () => {
    assertNoSecretIn({ comment: press.comment });
    const { policy } = await deps.policy();
    const seen = await glassOrRefuse(deps.ledger.read, id);
    return deps.ledger.record(decisionContext(deps, press, seen), async ({ read }) => {
      const use = await glassOrRefuse(read, id);
      const { subject } = (await read.approval(use.approval)) ?? { subject: null };
      if (subject === null) throw new Refusal('unknown_approval', `The approval ${use.approval} is gone.`);
      const review = reviewGlass(use, press, { policy, subject, now: deps.now() });
      return {
        events: [{ type: 'glass_reviewed', approval: use.approval, review }],
        result: { ...use, review },
      };
    });
  });
}

async function glassOrRefuse(read: LedgerReader, id: string): Promise<GlassBreak> {
  const use = await read.glassBreak(ApprovalId.parse(id));
  if (use !== null) return use;
  throw new Refusal('unknown_break_glass', `There is no break-glass ${id}. \`rekey break-glass list\` shows them.`);
}
