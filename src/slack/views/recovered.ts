import { at, bold, context, header, type Line, lines } from '../blocks.ts';
import type { Message } from '../limits.ts';
import { cut, escapeMrkdwn } from '../text.ts';

export interface RecoveredCard {
  incident: string;
  title: string;
  oldKey: string | null;
  newKey: string | null;
  provedLiveAt: Date | null;
  revokedAt: Date | null;
  provedDeadAt: Date | null;
  recoveredAt: Date | null;
  /** From the beginning of the failures to recovery, in words. */
  took: string;
}

/** Production works again, and what proves it. */
export function recoveredCard(card: RecoveredCard): Message {
  const rows: Line[] = [
    [bold('Recovered '), ...instant(card.recoveredAt), `, ${card.took} after the failures began`],
    [bold('New key '), cut(card.newKey ?? 'none', 320), '; proved to work ', ...instant(card.provedLiveAt)],
    [bold('Old key '), cut(card.oldKey ?? 'none', 320), '; revoked ', ...instant(card.revokedAt)],
    [bold('Old key proved to be rejected '), ...instant(card.provedDeadAt)],
  ];
  const title = cut(card.title, 120);
  return {
    text: `Recovered: ${escapeMrkdwn(title)}, ${card.took} after the failures began`,
    blocks: [header(`Recovered: ${title}`), lines(rows), context(card.incident)],
  };
}

function instant(when: Date | null): Line {
  return when === null ? ['not on record yet'] : [at(when)];
}
