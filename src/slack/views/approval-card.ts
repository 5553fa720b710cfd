import type { KnownBlock } from '@slack/types';
import { halfTime, leftText } from '../../domain/approval/countdown.ts';
import type { Proof } from '../../domain/approval/proof.ts';
import type { ApprovalOutcome, Vote } from '../../domain/approval.ts';
import type { Channel } from '../../domain/event.ts';
import { actions, at, bold, bullets, button, context, header, type Line, line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, dateText, escapeMrkdwn, oneLine } from '../text.ts';
import { type BlastRadius, radiusBlock } from './blast-radius.ts';
import { doorText, PROOFS } from './proofs.ts';

/** A decision as it stands on the card. `via`: by which door it came in; null when the audit does not say. */
type Decided = Omit<Vote, 'person'> & { person: string; via: Channel | null };

export interface ApprovalCard {
  id: string;
  token: string;
  question: string;
  key: string | null;
  requestedBy: string;
  reason: string;
  runbook: string;
  planHash: string;
  rule: { name: string; approve: number; proof: Proof };
  asked: readonly string[];
  escalatedTo: readonly string[];
  delegations: readonly { from: string; to: string }[];
  /** How often those who have not decided were reminded. */
  reminded: number;
  /** Who decided without the others. */
  alone: { who: string; reason: string; proof: Proof; via: Channel | null } | null;
  /** The yes or no to the same question that does not count any more; null: it is asked for the first time. */
  before: { outcome: ApprovalOutcome; by: readonly string[]; at: Date | null } | null;
  notBefore: Date | null;
  createdAt: Date;
  expiresAt: Date;
  votes: readonly Decided[];
  outcome: ApprovalOutcome | null;
  decidedAt: Date | null;
  radius: BlastRadius;
  now: Date;
}

/** The durable, public record of a question and its answer. */
export function approvalCard(card: ApprovalCard): Message {
  const open = card.outcome === null;
  const question = cut(oneLine(card.question), 250);
  const title = card.outcome === null ? 'Approval needed' : OUTCOMES[card.outcome].title;
  const facts: Line[] = [
    ...(open ? beforeOf(card) : []),
    [bold('Key '), cut(card.key ?? 'none', 320)],
    [bold('Asked for by '), `${cut(card.requestedBy, 100)}: ${cut(card.reason, 400)}`],
    [
      bold('Decided by '),
      `${card.asked.length === 1 ? '' : `${card.rule.approve} of `}${cut(card.asked.join(', '), 400)}${WITH[card.rule.proof]}`,
    ],
    ...besidesOf(card),
    open ? deadlineLine(card) : outcomeLine(card),
  ];
  const radius = open ? [radiusBlock(card.radius)] : [];
  const blocks: KnownBlock[] = [header(title), line(question), ...radius, lines(facts), ...votesOf(card)];
  if (open)
    blocks.push(
      ...actions('approval', [button({ action: 'review', token: card.token, label: 'Review', style: 'primary' })]),
    );
  blocks.push(
    context(
      `${card.id} · ${cut(card.runbook, 80)} · rule ${cut(card.rule.name, 80)} · plan ${card.planHash.slice(0, 8)}`,
    ),
  );
  const when = open ? `, until ${dateText(card.expiresAt)}` : '';
  return { text: `${title}: ${escapeMrkdwn(question)}${when}`, blocks };
}

/** When an open card says something else although nobody has done anything. */
export function whenLessIsLeft({ outcome, createdAt, expiresAt, now }: ApprovalCard): Date | null {
  return outcome === null ? halfTime({ createdAt, expiresAt }, now) : null;
}

/** Who has agreed once wonders why the same is asked again. */
function beforeOf({ before }: ApprovalCard): Line[] {
  if (before === null) return [];
  const by = before.by.length === 0 ? '' : ` by ${cut(before.by.join(', '), 200)}`;
  const when: Line = before.at === null ? [] : [', ', at(before.at)];
  const why = before.outcome === 'expired' || before.outcome === 'rejected' ? '' : WHY_AGAIN;
  return [[bold('Asked again '), `last time: ${before.outcome}${by}`, ...when, why]];
}

const WHY_AGAIN = '; that is too long ago, or something else would run now';

const WITH: Record<Proof, string> = {
  click: '',
  typed: ', who type its name',
  totp: ', each with a code of their app',
};

function deadlineLine({ expiresAt, now }: ApprovalCard): Line {
  const left = leftText(expiresAt, now);
  return [
    bold('Deadline '),
    at(expiresAt),
    left === 'over' ? ', which is over' : `, ${left}`,
    '; then nothing is executed',
  ];
}

/** `✓ Approved by Bob, 14:03`. */
export function outcomeLine({ outcome, votes, decidedAt, alone }: ApprovalCard): Line {
  const by = alone === null ? votes.map((vote) => vote.person).join(', ') : `${alone.who} alone (break-glass)`;
  const isVoted = outcome === 'approved' || outcome === 'rejected';
  const when: Line = decidedAt === null ? [] : [by === '' || !isVoted ? '' : ', ', at(decidedAt)];
  return [bold(`${OUTCOMES[outcome ?? 'expired'].words} `), by === '' || !isVoted ? '' : `by ${cut(by, 200)}`, ...when];
}

function besidesOf({ escalatedTo, delegations, notBefore, reminded, outcome }: ApprovalCard): Line[] {
  const times = reminded === 1 ? 'once' : `${reminded} times`;
  return [
    ...(reminded === 0 || outcome !== null ? [] : [[bold('Reminded '), `${times}: whoever has not decided`]]),
    ...(escalatedTo.length === 0
      ? []
      : [[bold('Also asked '), `${cut(escalatedTo.join(', '), 300)}, because nobody had decided`]]),
    ...delegations
      .slice(0, 5)
      .map(({ from, to }) => [bold('Handed over '), `${cut(from, 100)} gave their voice to ${cut(to, 100)}`]),
    ...(notBefore === null ? [] : [[bold('Not before '), at(notBefore)]]),
  ];
}

const OUTCOMES: Record<ApprovalOutcome, { title: string; words: string }> = {
  approved: { title: 'Approved', words: '✓ Approved' },
  rejected: { title: 'Rejected', words: '✗ Rejected, nothing was executed' },
  expired: { title: 'Approval expired', words: '– Expired, nobody decided and nothing was executed' },
  cancelled: { title: 'Approval cancelled', words: '– Cancelled, nothing was executed' },
  superseded: {
    title: 'Approval superseded',
    words: '– Superseded: what would run has changed, so it was asked again',
  },
};

const MOST_VOTES = 10;

function votesOf({ votes, alone, decidedAt }: ApprovalCard): KnownBlock[] {
  const shown = votes.slice(0, MOST_VOTES).map(voteLine);
  const glass: Line[] =
    alone === null
      ? []
      : [
          [
            '✓ ',
            bold(cut(alone.who, 100)),
            ' decided alone ',
            ...(decidedAt === null ? [] : [at(decidedAt)]),
            `, ${PROOFS[alone.proof]}${doorText(alone.via)}: ${cut(alone.reason, 300)}`,
          ],
        ];
  return shown.length + glass.length === 0 ? [] : [bullets([bold('Votes')], [...shown, ...glass])];
}

function voteLine(vote: Decided): Line {
  return [
    vote.vote === 'approve' ? '✓ ' : '✗ ',
    bold(cut(vote.person, 100)),
    vote.vote === 'approve' ? ' approved ' : ' rejected ',
    at(vote.at),
    `, ${PROOFS[vote.proof]}${doorText(vote.via)}`,
    vote.reason.trim() === '' ? '' : `: ${cut(vote.reason, 300)}`,
  ];
}
