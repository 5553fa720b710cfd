import type { KnownBlock } from '@slack/types';
import type { Proof } from '../../domain/approval/proof.ts';
import type { Terms } from '../../domain/policy/approval-rule.ts';
import type { Review } from '../../engine/approvals/verbs.ts';
import { radio, textInput } from '../blocks.ts';
import { instantInput, personInput } from '../inputs.ts';

/** Its value is a code that nobody may keep: it is taken out of the submission before that is stored. */
export const CODE_FIELD = 'code';

export interface Deciding {
  reviewHash: string;
  may: Review['may'];
  proof: Proof;
  /** What has to be typed where a click is not enough. */
  confirm: string;
  reasonWanted: Terms['reason'];
}

/** What a person decides with: only what they may do is offered, and only what the rule wants is asked for. */
export function decisionFields(deciding: Deciding): KnownBlock[] {
  const { may, proof, confirm } = deciding;
  return [
    // A new id for a new review: Slack would otherwise keep the choice that was made on the old one.
    radio({ id: decisionField(deciding.reviewHash), label: 'Your decision', options: decisionsFor(may) }),
    textInput({
      id: 'reason',
      label: 'Reason',
      hint: reasonHint(deciding),
      optional: deciding.reasonWanted !== 'always',
      multiline: true,
    }),
    ...(proof === 'typed'
      ? [
          textInput({
            id: 'confirm',
            label: `To approve, type ${confirm}`,
            hint: 'Not needed to reject.',
            optional: true,
          }),
        ]
      : []),
    ...(proof === 'totp'
      ? [
          textInput({
            id: CODE_FIELD,
            label: 'To approve, the code of your authenticator app',
            hint: 'Six digits, good once, or one of your recovery codes. Not needed to reject. It is not kept.',
            optional: true,
          }),
        ]
      : []),
    ...(may.vote
      ? [
          instantInput({
            id: 'not_before',
            label: 'Not before',
            hint: 'Approve now and let it run later, at most 7 days ahead. What has changed by then is asked again.',
            optional: true,
          }),
        ]
      : []),
    ...(may.delegate
      ? [personInput({ id: 'to', label: 'Hand over to', hint: 'Only for handing over.', optional: true })]
      : []),
  ];
}

function decisionsFor({ vote, delegate, breakGlass }: Review['may']) {
  return [
    ...(vote
      ? [
          { value: 'approve', label: 'Approve: let it run' },
          { value: 'deny', label: 'Reject: nothing is executed' },
        ]
      : []),
    ...(delegate ? [{ value: 'delegate', label: 'Hand over: somebody else decides in my place' }] : []),
    ...(breakGlass ? [{ value: 'break_glass', label: 'Break the glass: alone and now, reviewed afterwards' }] : []),
  ];
}

function reasonHint({ reasonWanted, may }: Deciding): string {
  const wanted = reasonWanted === 'on_deny' ? ' Needed to reject.' : '';
  const alone = may.breakGlass ? ' Needed to break the glass.' : '';
  return `Goes into the audit and the summary under your name.${wanted}${alone} Never paste a key here.`;
}

export function decisionField(reviewHash: string): string {
  return `decision-${reviewHash.slice(0, 12)}`;
}
