import type { WebClient } from '@slack/web-api';
import type { IncidentId } from '../domain/ids.ts';
import type { SlackChannels } from '../engine/alarms/slack-channels.ts';
import type { DueMessage, Outbox, OutgoingMessage } from '../ledger/outbox.ts';
import type { Log, Patience, Sources } from './deps.ts';
import { openAddressBook } from './notify/address.ts';
import { openLostChannels } from './notify/lost-channels.ts';
import { openPublisher } from './notify/publish.ts';
import { openRecovery } from './notify/recover.ts';
import { slowly, type Verdict, verdictOn } from './notify/verdict.ts';
import { SecretBlocked, type Voice } from './voice.ts';

export interface NotifierDeps {
  outbox: Outbox;
  sources: Sources;
  client: WebClient;
  voice: Voice;
  log: Log;
  patience: Omit<Patience, 'admitMs'>;
  /** The channel of an incident is out of reach: what is meant for it goes to the thread from now on. */
  roomLost: (incident: IncidentId, why: string) => Promise<void>;
  /** Who is told of channels that are out of reach, and that they are back. */
  channels: SlackChannels;
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
  const { publish, places } = openPublishing(deps);
  const heldUntil = new Map<string, number>();
  const tries = new Map<string, number>();
  const told = new Map<string, string>();
  let allHeldUntil = 0;
  let problem: string | null = null;
  let stopped = false;
  let wake = Promise.withResolvers<void>();
  let team = 'team';
  const now = () => sources.now().getTime();

  const settle = async (message: DueMessage, error: unknown): Promise<'go_on' | 'hold'> => {
    const failed = tries.get(message.id) ?? 0;
    const verdict = publish.learn(message, verdictOn(error, { tries: failed, ...patience }));
    tries.set(message.id, failed + 1);
    // Once for each reason: a message may wait for days until somebody mends it.
    if (told.get(message.id) !== verdict.error) tell(log, message, { verdict, error });
    told.set(message.id, verdict.error);
    const recovered = await places.recover(message, verdict.error, publish.placeOf(message));
    if (recovered === 'go_on') {
      tries.delete(message.id);
      return 'go_on';
    }
    const next = recovered === 'hold' ? slowly(failed, patience) : verdict.next;
    if (next.do === 'give_up') {
      await outbox.giveUp(message, verdict.error);
      return 'go_on';
    }
    problem = `message ${message.id}: ${verdict.error}`;
    // Due at once, so that it stays first in line; how long to wait is kept here.
    await outbox.failed(message, { error: verdict.error, retryAt: sources.now() });
    if (next.do === 'hold_all') allHeldUntil = now() + next.ms;
    if (next.do === 'hold_channel') heldUntil.set(message.lane, now() + next.ms);
    return 'hold';
  };

  const notWrittenDown = (error: unknown) =>
    log.error({ err: error }, 'that a channel is back could not be written down');

  const work = async (lane: readonly DueMessage[]) => {
    for (const message of lane) {
      if (stopped) return;
      try {
        const shownIn = await publish.message(message);
        if (shownIn !== null) await places.reached(shownIn).catch(notWrittenDown);
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
    team = await sources.policy().then(
      ({ policy }) => policy.team.incident_channel,
      () => team,
    );
    for (const [lane, until] of heldUntil) if (until <= now()) heldUntil.delete(lane);
    const due = await outbox.due(sources.now(), AT_ONCE, { team, held: [...heldUntil.keys()] });
    const lanes = Map.groupBy(due, ({ lane }) => lane);
    await Promise.all([...lanes.values()].map(work));
    return due.length > 0;
  };

  const loop = async () => {
    while (!stopped) {
      const nudged = wake.promise;
      await places.probe();
      const worked = await round().catch((error: unknown) => {
        log.error({ err: error }, 'the outbox could not be read');
        return false;
      });
      // What is held is not among what was worked on, so the others go on meanwhile.
      if (worked && now() >= allHeldUntil) continue;
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

function openPublishing(deps: NotifierDeps) {
  const { outbox, sources, client, log, roomLost, channels, patience } = deps;
  const addressOf = openAddressBook({ client, policy: sources.policy });
  const lost = openLostChannels({ client, channels, log });
  const teamChannel = () =>
    addressOf({ channel: 'team', thread: null }).then(
      ({ channel }) => channel,
      () => null,
    );
  const recover = openRecovery({ outbox, lost, roomLost, teamChannel });
  let probedAt = 0;
  const probe = async () => {
    const at = sources.now().getTime();
    if (at - probedAt < patience.slowRetryMs) return;
    probedAt = at;
    await lost.probe().catch((error: unknown) => log.warn({ err: error }, 'the lost channels could not be looked at'));
  };
  return { publish: openPublisher(deps, addressOf), places: { recover, probe, reached: lost.reached } };
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
