import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Surface } from '../../src/domain/announce.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import type { ActingPerson } from '../../src/workspace/workspace.ts';
import type { Stage } from '../../test/journeys/stage.ts';

const CHANNELS = ['general', 'incidents'];
// A message is edited once a second at most.
const EDITS_WAIT_MS = 1_500;

/** The newest answer that only this person sees. */
export function newestPrivate(person: ActingPerson): Message | undefined {
  return CHANNELS.flatMap((channel) => seen(person, channel))
    .filter(({ visibleTo }) => visibleTo !== undefined)
    .sort((a, b) => Number(a.ts) - Number(b.ts))
    .at(-1);
}

/** What this person sees there; nothing where they may not look. */
export function seen(person: ActingPerson, channel: string): Message[] {
  try {
    return person.messages(channel);
  } catch {
    // Somebody else's direct message.
    return [];
  }
}

const Place = z.object({ channel: z.string(), ts: z.string() });

/** Where messages of this surface stand, the newest first. */
export function placesOf(ledgerFile: string, surface: Surface): z.infer<typeof Place>[] {
  const db = new DatabaseSync(ledgerFile, { readOnly: true });
  try {
    const rows = db
      .prepare('SELECT channel, ts FROM messages WHERE surface = ? AND ts IS NOT NULL ORDER BY ts DESC')
      .all(surface);
    return z.array(Place).parse(rows);
  } finally {
    db.close();
  }
}

/** Everything that Slack has to show by now is shown. */
export async function settled({ ledger, now }: Stage): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const due = (await ledger.outbox.nextDue())?.getTime() ?? Number.POSITIVE_INFINITY;
    if (due > now().getTime() + EDITS_WAIT_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
