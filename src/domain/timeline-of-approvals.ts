import type { ApprovalEvent } from './approval-event.ts';
import type { Told } from './told.ts';

export type ToldOfApproval = Extract<Told, { type: ApprovalEvent['type'] }>;

const ABOUT_APPROVALS = /^(approval_|glass_|vote_cast$)/;

export function isAboutApproval(event: Told): event is ToldOfApproval {
  return ABOUT_APPROVALS.test(event.type);
}

/** One sentence on what happened with a decision. `name`: the question, by the approval's id. */
export function sentenceForApproval(event: ToldOfApproval, name: (id: string) => string): string {
  switch (event.type) {
    case 'approval_requested':
      return asked(event.approval);
    case 'vote_cast':
      return `${event.vote.person} voted to ${event.vote.vote} "${name(event.approval)}"${proven(event.vote.proof)}${later(event.vote.notBefore)}${because(event.vote.reason)}.`;
    case 'approval_decided':
      return `"${name(event.approval)}" was ${event.outcome}.`;
    case 'approval_asked':
      return `A freeze will be on when "${name(event.approval)}" is to run, so it was put to ${listed(event.people)} as well.`;
    case 'approval_reminded':
      return `${listed(event.people)} had not decided on "${name(event.approval)}" and got a reminder.`;
    case 'approval_escalated':
      return `Nobody had decided on "${name(event.approval)}", so ${listed(event.people)} may decide it too.`;
    case 'approval_delegated':
      return `${event.delegation.from} handed their voice in "${name(event.approval)}" to ${event.delegation.to}${because(event.delegation.reason)}.`;
    case 'glass_broken':
      return `${event.use.by} broke the glass and decided "${event.use.question}" alone: ${event.use.reason.trim()}. Not waited for: ${listed(event.use.skipped)}. To be reviewed until ${event.use.dueAt}.`;
    case 'glass_reviewed':
      return `${event.review.by} reviewed the break-glass on "${name(event.approval)}" and found it ${event.review.verdict === 'justified' ? 'justified' : 'NOT justified'}${because(event.review.comment)}.`;
    default:
      return event satisfies never;
  }
}

function asked({ question, asked: people, ruleName, expiresAt }: AskedNow): string {
  if (people.length === 0) return `"${question}" asks nobody under the rule ${ruleName}.`;
  return `"${question}" was put to ${people.join(', ')} (rule ${ruleName}, until ${expiresAt}).`;
}
type AskedNow = Extract<ToldOfApproval, { type: 'approval_requested' }>['approval'];

// Lines of an older Rekey say nothing of how a vote was proven, or of when it was meant for.
function proven(proof: string | undefined): string {
  if (proof === 'typed') return ', confirmed by typing';
  return proof === 'totp' ? ', confirmed with a code' : '';
}

function later(notBefore: string | null | undefined): string {
  return notBefore == null ? '' : `, not before ${notBefore}`;
}

function listed(people: readonly string[]): string {
  return people.join(', ') || 'nobody';
}

function because(text: string): string {
  return text.trim() === '' ? '' : `: ${text.trim()}`;
}
