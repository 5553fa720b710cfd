import type { WebClient } from '@slack/web-api';
import type { IncidentId } from '../domain/ids.ts';
import type { Outbox, OutgoingMessage } from '../ledger/outbox.ts';
import { line } from './blocks.ts';
import type { Log, Patience, Sources } from './deps.ts';
import { openAddressBook } from './notify/address.ts';
import { findSent } from './notify/find-sent.ts';
import { openIllustrator } from './notify/illustrate.ts';
import { type Verdict, verdictOn } from './notify/verdict.ts';
import { roomGone } from './rooms/verdict.ts';
import { type Drawn, surfaces } from './surfaces.ts';
import { type Place, SecretBlocked, type Voice } from './voice.ts';

export interface NotifierDeps {
  outbox: Outbox;
  sources: Sources;
  client: WebClient;
  voice: Voice;
  log: Log;
  patience: Omit<Patience, 'admitMs'>;
  /** The channel of an incident is out of reach: what is meant for it goes to the thread from now on. */
  roomLost?: (incident: IncidentId, why: string) => Promise<void>;
}

export interface Notifier {
  /** Something was written: look now instead of at the next poll. */
  nudge: () => void;
  /** Why messages do not go out, or null. */
  problem: () => string | null;
  /** Finishes the message in hand. */
  stop: () => Promise<void>;
}

const AT_ONCE = 500;

/**
 * Publishes the outbox: each message is drawn from the ledger as it is now, posted once and rewritten when what it shows has changed.
 * Channels do not wait for each other; within one, order is kept. Run one notifier per ledger.
 */
export function createNotifier(deps: NotifierDeps): Notifier {
  const { outbox, sources, log, patience } = deps;
  const publish = openPublisher(deps);
  const heldUntil = new Map<string, number>();
  const tries = new Map<string, number>();
  const told = new Map<string, string>();
  let allHeldUntil = 0;
  let problem: string | null = null;
  let stopped = false;
  let wake = Promise.withResolvers<void>();
  const now = () => sources.now().getTime();

  const settle = async (message: OutgoingMessage, error: unknown): Promise<'go_on' | 'hold'> => {
    const failed = tries.get(message.id) ?? 0;
    const verdict = publish.learn(message, verdictOn(error, { tries: failed, ...patience }));
    tries.set(message.id, failed + 1);
    // Once for each reason: a message may wait for days until somebody mends it.
    if (told.get(message.id) !== verdict.error) tell(log, message, { verdict, error });
    told.set(message.id, verdict.error);
    publish.learn(message, verdict);
    if (await movesToThread(message, verdict)) return 'go_on';
    if (verdict.next.do === 'give_up') {
      await outbox.giveUp(message, verdict.error);
      return 'go_on';
    }
    problem = `message ${message.id}: ${verdict.error}`;
    // Due at once, so that it stays first in line; how long to wait is kept here.
    await outbox.failed(message, { error: verdict.error, retryAt: sources.now() });
    if (verdict.next.do === 'hold_all') allHeldUntil = now() + verdict.next.ms;
    if (verdict.next.do === 'hold_channel') heldUntil.set(laneOf(message), now() + verdict.next.ms);
    return 'hold';
  };

  // Read again in the next round, when it has another place.
  const movesToThread = async ({ room, ts }: OutgoingMessage, { error }: Verdict) => {
    const why = room === null || ts !== null ? undefined : roomGone(error);
    if (room === null || why === undefined || deps.roomLost === undefined) return false;
    await deps.roomLost(room, why);
    return true;
  };

  const work = async (lane: readonly OutgoingMessage[]) => {
    for (const message of lane) {
      if (stopped) return;
      try {
        await publish.message(message);
        tries.delete(message.id);
        told.delete(message.id);
        problem = null;
      } catch (error) {
        if ((await settle(message, error)) === 'hold') return;
      }
    }
  };

  const round = async (): Promise<boolean> => {
    if (now() < allHeldUntil) return false;
    for (const [lane, until] of heldUntil) if (until <= now()) heldUntil.delete(lane);
    const due = (await outbox.due(sources.now(), AT_ONCE)).filter((message) => !heldUntil.has(laneOf(message)));
    const lanes = Map.groupBy(due, laneOf);
    await Promise.all([...lanes.values()].map(work));
    return due.length > 0;
  };

  const loop = async () => {
    while (!stopped) {
      const nudged = wake.promise;
      const worked = await round().catch((error: unknown) => {
        log.error({ err: error }, 'the outbox could not be read');
        return false;
      });
      if (worked && now() >= allHeldUntil && heldUntil.size === 0) continue;
      await sleepUntil(nudged, await restMs());
      wake = Promise.withResolvers<void>();
    }
  };
  const restMs = async () => {
    const next = await outbox.nextDue().catch(() => null);
    const ends = [allHeldUntil, ...heldUntil.values(), next?.getTime() ?? Number.POSITIVE_INFINITY].filter(
      (at) => at > now(),
    );
    return Math.max(5, Math.min(patience.pollMs, ...ends.map((at) => at - now())));
  };

  const looping = loop();
  return {
    nudge: () => wake.resolve(),
    problem: () => problem,
    stop: async () => {
      stopped = true;
      wake.resolve();
      await looping;
    },
  };
}

/** Replies in a thread go in the order of their channel: the thread's first message is in the same lane. */
function laneOf(message: OutgoingMessage): string {
  return message.thread?.channel ?? message.channel;
}

function openPublisher({ outbox, sources, client, voice, log }: NotifierDeps) {
  const addressOf = openAddressBook({ client, policy: sources.policy });
  const surelyNotPosted = new Set<string>();
  const posting = new Set<string>();
  const onlyText = new Set<string>();
  const illustrator = openIllustrator({ client, log });

  const drawn = async (message: OutgoingMessage): Promise<Drawn | null> => {
    const shown = await surfaces[message.surface](sources, message.subject);
    if (shown === null) return null;
    if (!onlyText.has(message.id))
      return { ...shown, message: await illustrator.illustrated(message.id, shown.message) };
    const words = line('This message could not be drawn in full; `rekey` on the command line shows everything.');
    return { ...shown, message: { text: shown.message.text, blocks: [words] } };
  };
  const posted = async (message: OutgoingMessage, place: Place) =>
    message.sending && !surelyNotPosted.has(message.id) ? findSent(client, place, message.id) : null;

  return {
    learn: ({ id }: OutgoingMessage, given: Verdict): Verdict => {
      const verdict = illustrator.learn(id, given);
      // Only the answer to a post tells of it: when the look-up before it was throttled, an earlier post may still be there.
      if (posting.delete(id) && verdict.surelyNotPosted) surelyNotPosted.add(id);
      if (verdict.next.do === 'only_text') onlyText.add(id);
      return verdict;
    },
    message: async (message: OutgoingMessage): Promise<void> => {
      const { id, ts, version } = message;
      if (ts !== null) {
        const shown = await drawn(message);
        if (shown === null) return outbox.giveUp(message, 'its subject is not in the ledger');
        await voice.update({ channel: message.channel, ts }, shown.message, { id, version });
        return outbox.sent(message, { channel: message.channel, ts, version, redrawAt: shown.redrawAt });
      }
      const place = await addressOf(message);
      const before = await posted(message, place);
      // What it showed is not known, so it is drawn once more.
      if (before !== null) return outbox.sent(message, { ...before, redrawAt: sources.now() });
      const shown = await drawn(message);
      if (shown === null) return outbox.giveUp(message, 'its subject is not in the ledger');
      await outbox.begin(message);
      surelyNotPosted.delete(id);
      posting.add(id);
      const at = await voice.post(place, shown.message, { id, version });
      posting.delete(id);
      await outbox.sent(message, { ...at, version, redrawAt: shown.redrawAt });
    },
  };
}

function tell(
  log: Log,
  { id, surface, channel }: OutgoingMessage,
  { verdict, error }: { verdict: Verdict; error: unknown },
): void {
  const fields = { message: id, surface, channel, next: verdict.next.do, reason: verdict.error };
  if (error instanceof SecretBlocked) log.error(fields, 'a message with key material in it was blocked');
  else if (verdict.next.do === 'give_up' || verdict.next.do === 'only_text')
    log.error({ ...fields, err: error }, 'a message will not be delivered as it should');
  else log.warn({ ...fields, err: error }, 'a message did not go out; it is tried again');
}

async function sleepUntil(nudged: Promise<void>, ms: number): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, ms);
  await Promise.race([nudged, timer.promise]);
  clearTimeout(handle);
}
