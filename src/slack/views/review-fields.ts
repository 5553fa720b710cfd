import type { KnownBlock } from '@slack/types';
import type { Proof } from '../../domain/approval/proof.ts';
import type { Terms } from '../../domain/policy/approval-rule.ts';
import type { Review } from '../../engine/approvals/verbs.ts';
import { actions, at, bold, button, line, radio, textInput } from '../blocks.ts';
import { instantInput, personInput } from '../inputs.ts';
import { cut } from '../text.ts';

/** Its value is a code that nobody may keep: it is taken out of the submission before that is stored. */
export const CODE_FIELD = 'code';
/** The button for who has no code. */
export const SET_UP_CODE = 'set_up_code';

export interface Deciding {
  reviewHash: string;
  may: Review['may'];
  proof: Proof;
  /** False: a yes needs a code, and this person has none. */
  hasCode: boolean;
  /** What breaking the glass would come to, for who may. */
  glass: { told: readonly string[]; reviewers: readonly string[]; dueAt: Date; obstacle: string | null } | null;
  /** What has to be typed where a click is not enough. */
  confirm: string;
  reasonWanted: Terms['reason'];
}

/** What a person decides with: only what they may do is offered, and only what the rule wants is asked for. */
export function decisionFields(deciding: Deciding): KnownBlock[] {
  const { may, proof, confirm } = deciding;
  return [
    ...glassLine(deciding),
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
    ...(proof === 'totp' ? codeField(deciding) : []),
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

/** Who has no code is told so before deciding, with the way to one; a no needs none. */
function codeField({ hasCode }: Deciding): KnownBlock[] {
  if (!hasCode)
    return [
      line(bold('To approve you need a code of an authenticator app, and you have none yet. '), 'A no needs none.'),
      ...actions('no_code', [button({ action: SET_UP_CODE, token: 'code', label: 'Set up my codes' })]),
    ];
  return [
    textInput({
      id: CODE_FIELD,
      label: 'To approve, the code of your authenticator app',
      hint: 'Six digits, good once, or one of your recovery codes. Not needed to reject. It is not kept.',
      optional: true,
    }),
  ];
}

function glassLine({ glass }: Deciding): KnownBlock[] {
  if (glass === null) return [];
  if (glass.obstacle !== null) return [line(bold('Break-glass is blocked: '), cut(glass.obstacle, 500))];
  const told = glass.told.join(', ') || 'nobody is skipped';
  return [
    line(
      bold('If you break the glass: '),
      `told at once: ${cut(told, 300)}. Reviewed by ${cut(glass.reviewers.join(' or '), 200)} until `,
      at(glass.dueAt),
      '; while that is overdue, nobody breaks it again.',
    ),
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
