import { bold, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface NoticeCard {
  id: string;
  recipient: string;
  facts: { whichKey: string; replacementAvailable: string; dataIntegrity: string };
}

/** The three facts that R-KEY-EXPIRY makes mandatory, to one who is affected. */
export function noticeCard({ id, recipient, facts }: NoticeCard): Message {
  const rows: Line[] = [
    [bold('For '), cut(recipient, 200)],
    [bold('Which key '), cut(facts.whichKey, 600)],
    [bold('Replacement '), cut(facts.replacementAvailable, 600)],
    [bold('Data integrity '), cut(facts.dataIntegrity, 600)],
  ];
  return {
    text: `Key notice for ${escapeMrkdwn(cut(recipient, 200))}: ${escapeMrkdwn(cut(facts.whichKey, 600))}`,
    blocks: [header('Key notice'), lines(rows), context(id)],
  };
}
