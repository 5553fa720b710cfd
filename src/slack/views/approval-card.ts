import type { KnownBlock } from '@slack/types';
import type { ApprovalOutcome, Vote } from '../../domain/approval.ts';
import { actions, at, atMost, bold, bullets, button, context, header, type Line, line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, dateText, escapeMrkdwn, oneLine } from '../text.ts';
import { PROOFS } from './proofs.ts';

/** What a yes would touch, as far as the ledger knows now. */
export interface BlastRadius {
  environment: string | null;
  callers: readonly { caller: string; calls: number; lastAt: Date }[];
  /** Worst time from revoking to every verifier refusing the key. */
  enforcement: string | null;
  /** Who pins the key and has to learn of a new one. */
  peers: readonly string[];
  /** When its runbook was last proven; null: never. */
  proven: { at: Date; how: 'drill' | 'rehearsal'; passed: boolean; isThisText: boolean } | null;
  undo: string;
}

export interface ApprovalCard {
  id: string;
  token: string;
  question: string;
  key: string | null;
  requestedBy: string;
  reason: string;
  runbook: string;
  planHash: string;
  rule: { name: string; approve: number };
  asked: readonly string[];
  escalatedTo: readonly string[];
  delegations: readonly { from: string; to: string }[];
  /** Who decided without the others. */
  alone: string | null;
  notBefore: Date | null;
  expiresAt: Date;
  votes: readonly (Omit<Vote, 'person'> & { person: string })[];
  outcome: ApprovalOutcome | null;
  decidedAt: Date | null;
  radius: BlastRadius;
}

/** The durable, public record of a question and its answer. */
export function approvalCard(card: ApprovalCard): Message {
  const open = card.outcome === null;
  const question = cut(oneLine(card.question), 250);
  const title = card.outcome === null ? 'Approval needed' : OUTCOMES[card.outcome].title;
  const facts: Line[] = [
    [bold('Key '), cut(card.key ?? 'none', 320)],
    [bold('Asked for by '), `${cut(card.requestedBy, 100)}: ${cut(card.reason, 400)}`],
    [
      bold('Decided by '),
      `${card.rule.approve} of ${cut(card.asked.join(', '), 400)} (rule ${cut(card.rule.name, 80)})`,
    ],
    ...besidesOf(card),
    open ? [bold('Deadline '), at(card.expiresAt), '; then nothing is executed'] : outcomeLine(card),
  ];
  const radius = open ? [radiusBlock(card.radius)] : [];
  const blocks: KnownBlock[] = [header(title), line(question), ...radius, lines(facts), ...votesOf(card)];
  if (open)
    blocks.push(
      ...actions('approval', [button({ action: 'review', token: card.token, label: 'Review', style: 'primary' })]),
    );
  blocks.push(context(`${card.id} · ${cut(card.runbook, 80)} · plan ${card.planHash.slice(0, 8)}`));
  const when = open ? `, until ${dateText(card.expiresAt)}` : '';
  return { text: `${title}: ${escapeMrkdwn(question)}${when}`, blocks };
}

function outcomeLine({ outcome, votes, decidedAt, alone }: ApprovalCard): Line {
  const by = alone === null ? votes.map((vote) => vote.person).join(', ') : `${alone} alone (break-glass)`;
  const when: Line = decidedAt === null ? [] : [by === '' ? '' : ', ', at(decidedAt)];
  return [bold(`${OUTCOMES[outcome ?? 'expired'].words} `), by === '' ? '' : `by ${cut(by, 200)}`, ...when];
}

function besidesOf({ escalatedTo, delegations, notBefore }: ApprovalCard): Line[] {
  return [
    ...(escalatedTo.length === 0 ? [] : [[bold('Also asked '), cut(escalatedTo.join(', '), 300)]]),
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

function votesOf({ votes }: ApprovalCard): KnownBlock[] {
  if (votes.length === 0) return [];
  const shown = votes
    .slice(0, 10)
    .map(
      (vote): Line => [
        vote.vote === 'approve' ? '✓ ' : '✗ ',
        bold(cut(vote.person, 100)),
        vote.vote === 'approve' ? ' approved ' : ' rejected ',
        at(vote.at),
        vote.proof === 'click' ? '' : `, ${PROOFS[vote.proof]}`,
        vote.reason.trim() === '' ? '' : `: ${cut(vote.reason, 300)}`,
      ],
    );
  return [bullets([bold('Votes')], shown)];
}

export function radiusBlock(radius: BlastRadius): KnownBlock {
  const callers = atMost(
    radius.callers,
    12,
    ({ caller, calls, lastAt }): Line => [`${cut(caller, 120)}: ${calls} calls in 7 days, last `, at(lastAt)],
  );
  return bullets(
    [bold('Blast radius')],
    [
      [`Environment: ${cut(radius.environment ?? 'not registered', 100)}`],
      [
        `Once revoked, the old key is refused everywhere ${radius.enforcement ?? 'after a time that is not known for this provider'}`,
      ],
      [cut(radius.undo, 400)],
      ...(radius.peers.length === 0 ? [] : [[`Peers that pin it: ${cut(radius.peers.join(', '), 300)}`]]),
      provenLine(radius),
      ...(callers.length === 0 ? [['No calls with this key were seen in 7 days.']] : callers),
    ],
  );
}

function provenLine({ proven }: BlastRadius): Line {
  if (proven === null) return ['Its runbook has never been proven by a rehearsal or a drill'];
  const text = proven.isThisText ? '' : ', on another text than the one that runs';
  return [
    `Its runbook was last ${proven.passed ? 'proven' : 'found to FAIL'} by a ${proven.how} `,
    at(proven.at),
    text,
  ];
}
