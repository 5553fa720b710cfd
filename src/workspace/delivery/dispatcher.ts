import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../json.ts';
import { textOf } from '../json.ts';
import type { World } from '../world.ts';
import type { Ack, Envelope, Transport } from './transport.ts';

/** Sends deliveries through whichever transport is in use, with the faults that are switched on, and logs them. */
export interface Dispatcher {
  deliver(envelope: Envelope): Promise<Ack>;
  /** The first attempt; an event that is not acknowledged is sent up to three more times in the background. */
  deliverEvent(event: Json): Promise<Ack>;
  stop(): void;
}

export function openDispatcher(world: World, transport: Transport): Dispatcher {
  const stopping = new AbortController();
  const send = async (envelope: Envelope) => {
    const ack = await transport.deliver(envelope);
    const { type, payload } = envelope;
    const name = nameOf(type, payload);
    world.wire.add({ direction: 'to_app', kind: transport.kind, name, body: payload, result: ack });
    return ack;
  };
  const deliver = async (envelope: Envelope) => {
    const { duplicate, delayMs } = world.faults.delivery();
    if (delayMs > 0) await wait(delayMs);
    if (!duplicate) return send(envelope);
    const [first] = await Promise.all([send(envelope), send(envelope)]);
    return first;
  };
  const retry = async (envelope: Envelope, first: Ack) => {
    let ack = first;
    for (const [index, ms] of world.strict.eventRetryMs.entries()) {
      if (ack.kind === 'acked') return;
      const reason = ack.error === 'operation_timeout' ? 'timeout' : 'http_error';
      await wait(ms, undefined, { signal: stopping.signal, ref: false });
      ack = await deliver({ ...envelope, retry: { attempt: index + 1, reason } });
    }
  };
  return {
    deliver,
    async deliverEvent(event) {
      const envelope: Envelope = { type: 'events_api', payload: callback(event, world), acceptsReply: false };
      const ack = await deliver(envelope);
      retry(envelope, ack).catch((error) => {
        if (!stopping.signal.aborted) throw error;
      });
      return ack;
    },
    stop: () => stopping.abort(),
  };
}

function nameOf(type: Envelope['type'], payload: Json): string {
  if (type === 'slash_commands') return textOf(payload.command) ?? type;
  const event = payload.event;
  if (type === 'events_api' && typeof event === 'object' && event !== null && 'type' in event)
    return String(event.type);
  return textOf(payload.type) ?? type;
}

/** The outer wrapping of every event; its event_id stays the same over retries. */
function callback(event: Json, { identity, ids, clock, channels }: World): Json {
  const channel = channels.find(textOf(event.channel) ?? '');
  return {
    token: identity.verificationToken,
    team_id: identity.teamId,
    context_team_id: identity.teamId,
    context_enterprise_id: null,
    api_app_id: identity.appId,
    event,
    type: 'event_callback',
    event_id: ids.next('Ev'),
    event_time: Math.floor(clock() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: identity.teamId,
        user_id: identity.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: channel?.isShared ?? false,
    event_context: ids.secret(),
  };
}
