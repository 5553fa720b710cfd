import type { HomeView, KnownBlock } from '@slack/types';
import { actions, at, atMost, bold, bullets, button, context, divider, header, line } from '../blocks.ts';
import { cut } from '../text.ts';
import { statusOf } from './incident-card.ts';

export interface Home {
  name: string;
  incidents: readonly {
    id: string;
    severity: string;
    title: string;
    reportedAt: Date;
    containedAt: Date | null;
    recoveredAt: Date | null;
    closedAt: Date | null;
  }[];
  approvals: readonly { question: string; token: string; expiresAt: Date }[];
  asks: readonly { question: string; token: string; dueAt: Date | null }[];
  /** Null when this person may not read the ledger. */
  expiring: readonly { name: string; owner: string | null; expiresAt: Date }[] | null;
  now: Date;
}

const SHOWN = 8;

/** What waits for this person, and what is going on. */
export function home(data: Home): HomeView {
  return {
    type: 'home',
    blocks: [
      header(`Rekey for ${cut(data.name, 100)}`),
      ...waiting(
        'Your approvals',
        'review',
        'Review',
        data.approvals.map((one) => ({ ...one, until: one.expiresAt })),
      ),
      ...waiting(
        'Your questions',
        'answer',
        'Answer',
        data.asks.map((one) => ({ ...one, until: one.dueAt })),
      ),
      divider,
      bullets(
        [bold(data.incidents.length === 0 ? 'No open incident' : 'Open incidents')],
        atMost(data.incidents, SHOWN, (one) => [
          bold(`${one.severity} `),
          `${cut(one.title, 200)} (${one.id}), ${statusOf(one)}, reported `,
          at(one.reportedAt),
        ]),
      ),
      divider,
      ...expiringOf(data),
      context('/rotate-key help says what you can type.'),
    ],
  };
}

function waiting(
  title: string,
  action: string,
  label: string,
  open: readonly { question: string; token: string; until: Date | null }[],
): KnownBlock[] {
  if (open.length === 0) return [line(bold(`${title}: `), 'none')];
  const rows = open
    .slice(0, SHOWN)
    .flatMap(({ question, token, until }, index): KnownBlock[] => [
      line(bold(`${title}: `), cut(question, 250), ...(until === null ? [] : [' (until ', at(until), ')'])),
      ...actions(`${action}-${index}`, [button({ action, token, label, style: 'primary' })]),
    ]);
  return open.length > SHOWN ? [...rows, line(`… and ${open.length - SHOWN} more`)] : rows;
}

function expiringOf({ expiring, now }: Home): KnownBlock[] {
  if (expiring === null) return [];
  const title = expiring.length === 0 ? 'No key expires within 30 days' : 'Keys that expire soonest';
  return [
    bullets(
      [bold(title)],
      atMost(expiring, SHOWN, (key) => [
        bold(cut(key.name, 200)),
        key.expiresAt <= now ? ' EXPIRED ' : ' expires ',
        at(key.expiresAt),
        `, ${cut(key.owner ?? 'no owner', 100)}`,
      ]),
    ),
  ];
}
