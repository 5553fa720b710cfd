import type { LedgerEvent } from '../../domain/event.ts';
import type { IncidentId } from '../../domain/ids.ts';
import type { RoomState } from '../../domain/incident-work.ts';
import type { IncidentsDeps } from './deps.ts';

/** What Slack made of the wish for a channel. It is asked again after a crash, so what stands there already is left alone. */
export async function recordRoom(
  deps: IncidentsDeps,
  incident: IncidentId,
  { from, event }: { from: RoomState; event: LedgerEvent },
): Promise<void> {
  const context = { at: deps.now(), actor: 'system:slack', channel: 'engine', incident } as const;
  await deps.ledger.record(context, async ({ read }) => {
    const room = await read.roomOf(incident);
    return { events: room?.state === from ? [event] : [], result: undefined };
  });
}
