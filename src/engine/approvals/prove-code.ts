import { proofWanted } from '../../domain/approval/proof.ts';
import type { Approval } from '../../domain/approval.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { Refusal } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import type { Brought, GlassPress } from './verbs.ts';

/**
 * Checks the code that came with a yes, where the rule wants one. Call it after everything else that could refuse, for a code is good once.
 * The events belong into the transaction of the decision.
 */
export async function proveCode(
  deps: Pick<EngineDeps, 'stepUp' | 'now'>,
  approval: Approval,
  press: GlassPress,
): Promise<LedgerEvent[]> {
  if (proofWanted(approval) !== 'totp' || press.code === undefined) return [];
  if (!(await deps.stepUp.isEnrolled(press.person)))
    throw new Refusal(
      'not_enrolled',
      `You have no code of your own yet, so nothing was counted. ${deps.stepUp.howToEnrol}`,
    );
  const { actor, channel } = press;
  const given = { at: deps.now(), actor, channel, what: approval.id };
  const { events } = await deps.stepUp.prove(press.person, press.code, given);
  return events;
}

/** For the pure rules: that a code came. Whether it is right is found out before anything is recorded. */
export function withCode<Press extends Brought>(press: Press): Press & { codeProved: boolean } {
  return { ...press, codeProved: press.code !== undefined };
}
