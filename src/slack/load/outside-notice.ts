import { type Approval, describeOutcome } from '../../domain/approval.ts';
import { type Dispatch, DispatchId } from '../../domain/dispatch.ts';
import type { ApprovalId } from '../../domain/ids.ts';
import type { Sources } from '../deps.ts';
import type { OutsideNotice } from '../views/outside-notice.ts';
import { keyName } from './names.ts';

export async function loadOutsideNotice(sources: Sources, subject: string): Promise<OutsideNotice | null> {
  const dispatch = await sources.ledger.dispatch(DispatchId.parse(subject));
  return dispatch === null ? null : noticeOf(sources, dispatch);
}

/** What a yes to this approval lets leave the company; null for every other approval. */
export async function loadLetterOf(sources: Sources, approval: ApprovalId): Promise<OutsideNotice | null> {
  const dispatch = await sources.ledger.dispatchOfApproval(approval);
  return dispatch === null ? null : noticeOf(sources, dispatch);
}

async function noticeOf({ ledger }: Sources, dispatch: Dispatch): Promise<OutsideNotice> {
  const { id, key, template, hash, letter, addressees } = dispatch;
  const approval = await ledger.approval(dispatch.approval);
  return {
    ...{ id, template, hash, letter },
    key: (await keyName(ledger, key)) ?? key,
    recipients: addressees.map(({ name, address, way }) => ({ name, address, way })),
    approval: standing(approval),
    deliveries: await ledger.deliveriesOf(id),
  };
}

function standing(approval: Approval | null): string {
  if (approval === null) return 'its approval is not in the ledger';
  if (approval.outcome === null) return 'waits for an approval; nothing was sent';
  const said = describeOutcome(approval);
  return approval.outcome === 'approved' ? said : `${said}; nothing was sent`;
}
