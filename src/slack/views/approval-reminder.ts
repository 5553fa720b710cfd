import { leftText } from '../../domain/approval/countdown.ts';
import { actions, at, bold, button, header, line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, dateText, escapeMrkdwn, oneLine } from '../text.ts';
import { type ApprovalCard, outcomeLine } from './approval-card.ts';

/** A message of its own for whoever has not decided; what was decided meanwhile is said instead of asked. */
export function approvalReminder(card: ApprovalCard): Message {
  const question = cut(oneLine(card.question), 250);
  if (card.outcome !== null)
    return {
      text: `No longer needed: ${escapeMrkdwn(question)}`,
      blocks: [header('No longer needed'), lines([[bold(question)], outcomeLine(card)])],
    };
  return {
    text: `Still waiting for you: ${escapeMrkdwn(question)}, until ${dateText(card.expiresAt)}`,
    blocks: [
      header('Still waiting for you'),
      line(bold(question)),
      line(
        'Decide until ',
        at(card.expiresAt),
        `, ${leftText(card.expiresAt, card.now)}. After that nothing is executed.`,
      ),
      ...actions('approval', [button({ action: 'review', token: card.token, label: 'Review', style: 'primary' })]),
    ],
  };
}
