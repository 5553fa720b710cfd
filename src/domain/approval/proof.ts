import { Refusal } from '../../errors.ts';
import type { Approval } from '../approval.ts';
import { termsOf } from '../policy/approval-rule.ts';

/** How somebody showed that they meant it: what they typed is not kept. */
export type Proof = 'click' | 'typed' | 'totp';

/** What came with a press to show it. */
export interface Proving {
  /** What was typed as a confirmation. */
  confirm?: string;
  /** A code of this person was checked, or will be before anything is counted. */
  codeProved?: boolean;
}

/** What a yes needs besides the click. */
export function proofWanted({ rule }: Pick<Approval, 'rule'>): Proof {
  const { tier } = termsOf(rule);
  if (tier === 3) return 'totp';
  return tier === 2 ? 'typed' : 'click';
}

/** The proof that the press came with. A no needs none: stopping something must be as easy as it can be. */
export function assertProven(
  approval: Pick<Approval, 'rule' | 'subject'>,
  press: Proving & { vote: 'approve' | 'deny' },
): Proof {
  if (press.vote === 'deny') return 'click';
  const wanted = proofWanted(approval);
  if (wanted === 'totp' && press.codeProved !== true)
    throw new Refusal(
      'code_needed',
      'This needs the code that your authenticator app shows now; nothing was counted. Give it with your decision.',
    );
  if (wanted === 'typed' && press.confirm?.trim() !== approval.subject.confirm)
    throw new Refusal(
      'confirmation_needed',
      `Type ${approval.subject.confirm} to confirm; ${press.confirm?.trim() ? 'you typed something else' : 'you typed nothing'}, so nothing was counted.`,
    );
  return wanted;
}
