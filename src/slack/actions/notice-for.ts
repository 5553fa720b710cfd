import { DispatchId } from '../../domain/dispatch.ts';
import { assertMay } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import { loadOutsideNotice } from '../load/outside-notice.ts';
import type { Desk, Moment } from '../moment.ts';
import type { OutsideNotice } from '../views/outside-notice.ts';

/** The notice behind a button, for who may do this with its key. */
export async function noticeFor(
  verb: 'read' | 'notify',
  id: string,
  { moment, desk }: { moment: Moment; desk: Desk },
): Promise<OutsideNotice> {
  const dispatch = await desk.ledger.dispatch(DispatchId.parse(id));
  const notice = await loadOutsideNotice(desk, id);
  if (dispatch === null || notice === null)
    throw new Refusal('unknown_button', 'This button belongs to nothing that Rekey knows. Look at the newest message.');
  const key = await desk.ledger.key(dispatch.key);
  const subject = { owner: key?.owner ?? null, escalation: key?.escalation ?? null };
  assertMay((await desk.policy()).policy, verb, { actor: moment.origin.actor, subject });
  return notice;
}
