import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { agreedIn } from '../../engine/runbooks/agreed.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { loadPolicy } from '../../runbook/policy-file.ts';
import { openRunbookSet } from '../../runbook/runbook-set.ts';
import { drawnSamples, type Sample } from '../../slack/check-views.ts';
import { stepKinds } from '../../steps/index.ts';

const PER_SURFACE = 3;
const MOST_INCIDENTS = 50;

/** What this installation shows in Slack, and where it tells of open incidents. Empty without a ledger; it is only read. */
export async function shownBy({ ledgerFile, runbooksDir }: Config): Promise<{ samples: Sample[]; channels: string[] }> {
  if (!existsSync(ledgerFile)) return { samples: [], channels: [] };
  const now = () => new Date();
  const ledger = await openLedger({ file: ledgerFile, now });
  try {
    const runbooks = await openRunbookSet(runbooksDir, stepKinds, () => agreedIn(ledger.read));
    const policy = () => loadPolicy(runbooksDir);
    // What providers can do is not asked: it only adds a line to a card.
    const sources = { ledger: ledger.read, policy, runbooks, providers: {}, now };
    const incidents = await ledger.read.openIncidents(MOST_INCIDENTS);
    const rooms = await Promise.all(incidents.map(({ id }) => ledger.read.roomOf(id)));
    const made = rooms.flatMap((room) => (room?.state === 'made' && room.channel !== null ? [room.channel] : []));
    const channels = [...new Set([...incidents.map(({ channel }) => channel), ...made])];
    return { samples: await drawnSamples(sources, ledger.outbox, PER_SURFACE), channels };
  } finally {
    await ledger.close();
  }
}
