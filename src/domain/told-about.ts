import type { NoticeDelivery } from './dispatch.ts';
import type { Notice } from './incident.ts';

export interface Telling {
  notices: readonly Notice[];
  deliveries: readonly NoticeDelivery[];
  /** When the incident was opened again last: whoever was told before that does not know that it happened again. */
  reopenedAt: Date | null;
}

export interface ToldAbout {
  /** `caller:payments-worker`, `peer:node-b`, `person:carol`: who knows which key failed and when its replacement is available. */
  told: ReadonlySet<string>;
  /** What did not arrive of the newest notice about somebody. */
  missing: readonly NoticeDelivery[];
}

/**
 * Who was told, as the close gate and the card of an incident's impact see it. Of several notices about somebody the newest one counts: a
 * correction that bounced leaves them with what is wrong.
 */
export function toldAbout({ notices, deliveries, reopenedAt }: Telling): ToldAbout {
  const isNow = (at: Date) => reopenedAt === null || at > reopenedAt;
  const said = notices.filter(({ createdAt }) => isNow(createdAt));
  const sent = deliveries.filter(({ queuedAt }) => isNow(queuedAt));
  const told = new Set(said.flatMap(({ recipient, about = [] }) => [recipient, ...about]));
  const missing = new Set<NoticeDelivery>();
  for (const about of new Set(sent.flatMap(({ addressee }) => addressee.about))) {
    const left = missingOf(about, { said, sent });
    for (const one of left) missing.add(one);
    // A line in our own channel tells nobody outside.
    if (left.length === 0) told.add(about);
    else told.delete(about);
  }
  return { told, missing: sent.filter((one) => missing.has(one)) };
}

function missingOf(
  about: string,
  { said, sent }: { said: readonly Notice[]; sent: readonly NoticeDelivery[] },
): NoticeDelivery[] {
  const all = sent.filter(({ addressee }) => addressee.about.includes(about));
  // What never left corrects nothing.
  const left = all.filter(({ state }) => state !== 'withdrawn');
  const newest = newestOf(left.length === 0 ? all : left);
  const at = newest[0]?.queuedAt ?? null;
  const insideSince = said.some((notice) => notice.about?.includes(about) && at !== null && notice.createdAt > at);
  if (insideSince) return [];
  // Whoever was reached by one way is told, whatever became of the other one.
  const reached = new Set(newest.filter(({ state }) => state === 'sent').map(({ addressee }) => addressee.contact));
  return newest.filter(({ addressee }) => !reached.has(addressee.contact));
}

/** Those of one notice: the one that was approved last. */
function newestOf(deliveries: readonly NoticeDelivery[]): NoticeDelivery[] {
  const [last] = [...deliveries].sort((a, b) => b.queuedAt.getTime() - a.queuedAt.getTime());
  return deliveries.filter(({ dispatch }) => dispatch === last?.dispatch);
}
