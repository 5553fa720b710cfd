import type { WebClient } from '@slack/web-api';
import type { Incidents } from '../../engine/incidents/incidents.ts';
import { sentenceOf } from '../../errors.ts';
import type { Outbox } from '../../ledger/outbox.ts';
import type { RoomQueue, RoomTask, RoomWork } from '../../ledger/room-work.ts';
import type { Log, Patience, Sources } from '../deps.ts';
import { addBookmarks, type Filling, inviteMembers, NotThereYet, setTopic } from './fill-room.ts';
import { loadRoom, type RoomWanted } from './load-room.ts';
import { makeRoom, NoNameLeft } from './make-room.ts';
import { type RoomVerdict, roomVerdict } from './verdict.ts';

export interface RoomDeps {
  rooms: RoomQueue;
  incidents: Pick<Incidents, 'roomMade' | 'roomRefused' | 'roomLost'>;
  outbox: Pick<Outbox, 'find'>;
  sources: Sources;
  client: WebClient;
  log: Log;
  patience: Patience;
}

export interface RoomKeeper {
  nudge: () => void;
  /** Finishes the task in hand. */
  stop: () => Promise<void>;
}

const AT_ONCE = 50;

/**
 * Carries out what incidents want of their channels: make it, invite, topic, bookmarks. What is wanted stands in the ledger, so a crash or an
 * outage only delays it. Run one per ledger.
 */
export function keepRooms(deps: RoomDeps): RoomKeeper {
  const { rooms, sources, log, patience } = deps;
  let stopped = false;
  let wake = Promise.withResolvers<void>();
  const round = async () => {
    for (const work of await rooms.due(sources.now(), AT_ONCE)) {
      if (stopped) return;
      await carryOut(deps, work);
    }
  };
  const loop = async () => {
    while (!stopped) {
      const nudged = wake.promise;
      await round().catch((error: unknown) => log.error({ err: error }, 'the channels of incidents could not be kept'));
      await restUntil(nudged, patience.pollMs);
      wake = Promise.withResolvers<void>();
    }
  };
  const looping = loop();
  return {
    nudge: () => wake.resolve(),
    stop: async () => {
      stopped = true;
      wake.resolve();
      await looping;
    },
  };
}

async function carryOut(deps: RoomDeps, work: RoomWork): Promise<void> {
  const { rooms, sources, patience, log } = deps;
  try {
    const wanted = await loadRoom(sources, work.incident);
    if (wanted === null) return await rooms.giveUp(work, 'its incident is not in the ledger');
    await rooms.finished(work, await doneOf(deps, work, wanted));
  } catch (error) {
    const fields = { incident: work.incident, task: work.task };
    if (error instanceof NotThereYet) return later(deps, work, { error: error.message, ms: patience.pollMs });
    const verdict: RoomVerdict =
      error instanceof NoNameLeft ? { do: 'refuse', why: error.message } : roomVerdict(error, { ...work, ...patience });
    if (work.tries === 0 || verdict.do !== 'retry')
      log.warn({ ...fields, next: verdict.do, err: error }, `a channel of an incident: ${sentenceOf(error)}`);
    await settle(deps, work, verdict);
  }
}

async function doneOf(deps: RoomDeps, work: RoomWork, wanted: RoomWanted): Promise<readonly string[]> {
  const { incidents, client, sources } = deps;
  if (work.task === 'create') {
    const made = await makeRoom({ client, ledger: sources.ledger }, wanted);
    await incidents.roomMade(work.incident, made);
    return [made.channel];
  }
  const { channel } = wanted.room;
  if (channel === null) throw new Error(`The channel of ${work.incident} is made and has no id.`);
  return TASKS[work.task]({ ...deps, wanted, channel, done: work.done });
}

const TASKS: Record<Exclude<RoomTask, 'create'>, (filling: Filling) => Promise<string[]>> = {
  members: inviteMembers,
  topic: setTopic,
  bookmarks: addBookmarks,
};

async function settle(deps: RoomDeps, work: RoomWork, verdict: RoomVerdict): Promise<void> {
  const { rooms, incidents } = deps;
  switch (verdict.do) {
    case 'retry':
      return later(deps, work, verdict);
    case 'lose':
      await rooms.giveUp(work, verdict.why);
      return incidents.roomLost(work.incident, verdict.why);
    case 'refuse':
      await rooms.giveUp(work, verdict.why);
      // Without its topic or bookmarks it is still a channel; without a channel it goes on in the thread.
      return work.task === 'create' ? incidents.roomRefused(work.incident, verdict.why) : undefined;
    default:
      return verdict satisfies never;
  }
}

async function later({ rooms, sources }: RoomDeps, work: RoomWork, { error, ms }: { error: string; ms: number }) {
  await rooms.failed(work, { error, retryAt: new Date(sources.now().getTime() + ms) });
}

async function restUntil(nudged: Promise<void>, ms: number): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, ms);
  await Promise.race([nudged, timer.promise]);
  clearTimeout(handle);
}
