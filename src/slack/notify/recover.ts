import type { IncidentId } from '../../domain/ids.ts';
import type { Anew, Loss } from '../../ledger/lost-messages.ts';
import type { Outbox, OutgoingMessage } from '../../ledger/outbox.ts';
import type { LostChannels } from './lost-channels.ts';

/** Where a message goes on whose place is gone; null when nothing is wrong with its place. */
export type Recovered = 'go_on' | 'hold' | null;

interface Deps {
  outbox: Pick<Outbox, 'postAnew' | 'giveUp'>;
  lost: LostChannels;
  roomLost: (incident: IncidentId, why: string) => Promise<void>;
  /** The id of the team's channel; null while that cannot be said. */
  teamChannel: () => Promise<string | null>;
}

/** `tried`: the channel that Slack was asked to write in. */
export function openRecovery(
  deps: Deps,
): (message: OutgoingMessage, error: string, tried: string) => Promise<Recovered> {
  return async (message, error, tried) => {
    if (error === 'message_not_found' && message.ts !== null) return deleted(deps, message);
    if (THREAD_GONE.includes(error) && message.ts === null && message.thread !== null)
      return threadDeleted(deps, message);
    // A direct message has no other place.
    if (tried.startsWith('D')) return null;
    const clause = await deps.lost.clauseOf(error, tried);
    return clause === null ? null : outOfReach(deps, message, { tried, clause });
  };
}

const UNWANTED: Anew = { kind: 'unwanted' };
const THREAD_GONE: readonly string[] = ['thread_not_found', 'cannot_reply_to_message'];
const DELETED: Loss = { reason: 'deleted', place: 'same', because: null };

async function deleted({ outbox }: Deps, message: OutgoingMessage): Promise<Recovered> {
  const { kind } = await outbox.postAnew(message, DELETED);
  return kind === 'unwanted' ? null : 'go_on';
}

/** The message that it answers is posted anew first, and this one waits for it; without one it stands alone. */
async function threadDeleted(deps: Deps, message: OutgoingMessage): Promise<Recovered> {
  if ((await parentAnew(deps, message, DELETED)).kind !== 'unwanted') return 'go_on';
  const because = 'Here, because the message that this answers was deleted.';
  const alone = await deps.outbox.postAnew(message, { reason: 'deleted', place: 'elsewhere', because });
  return alone.kind === 'unwanted' ? null : 'go_on';
}

async function outOfReach(
  { outbox, lost, roomLost, teamChannel }: Deps,
  message: OutgoingMessage,
  { tried, clause }: { tried: string; clause: string },
): Promise<Recovered> {
  const team = await teamChannel();
  if (team === null || team === tried) {
    // There is no other place: everything waits here until somebody mends it, who hears of it in a direct message.
    await lost.lost(tried, clause);
    return 'hold';
  }
  if (message.room !== null) {
    await roomLost(message.room, clause);
    // Nothing was shown yet, so it only has to be looked up again where it goes.
    if (message.ts === null) return 'go_on';
  }
  const loss: Loss = { reason: 'out_of_reach', place: 'elsewhere', because: `Here, because ${clause}.` };
  const isReply = message.room === null && message.thread?.channel === tried;
  const parent = isReply ? await parentAnew({ outbox }, message, loss) : UNWANTED;
  if (parent.kind !== 'unwanted') {
    if (parent.kind === 'anew' && parent.toTeam) await lost.lost(tried, clause);
    if (message.ts !== null) await outbox.postAnew(message, { ...loss, place: 'same', because: null });
    return 'go_on';
  }
  const anew = await outbox.postAnew(message, loss);
  if (anew.kind === 'unwanted') await outbox.giveUp(message, clause);
  if (anew.kind === 'anew' && anew.toTeam) await lost.lost(tried, clause);
  return 'go_on';
}

async function parentAnew(
  { outbox }: Pick<Deps, 'outbox'>,
  { threadOf, thread }: OutgoingMessage,
  loss: Loss,
): Promise<Anew> {
  if (threadOf === null || thread === null) return UNWANTED;
  return outbox.postAnew({ id: threadOf, ts: thread.ts, channel: thread.channel }, loss);
}
