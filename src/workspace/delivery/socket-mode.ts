import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isJson, jsonOf, textOf } from '../json.ts';
import type { World } from '../world.ts';
import { lingering } from './linger.ts';
import type { Ack, Envelope, Transport } from './transport.ts';

/** Slack allows ten connections per app. */
const MAX_SOCKETS = 10;
const PING_MS = 10_000;
/** How long a client that ignores a refresh may stay. */
const PATIENCE_MS = 10_000;
const MAX_ACK_BYTES = 1024 * 1024;

export interface SocketHub extends Transport {
  /** Takes over `GET /link/?ticket=`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): number;
  onConnections(listener: (connections: number) => void): void;
  refresh(options?: { warningMs?: number; lingerMs?: number }): void;
  kill(): void;
  disableLink(disabled: boolean): void;
  stop(): void;
}

interface Connection {
  socket: WebSocket;
  tcp: Duplex;
  /** A retiring connection was told to go; nothing new is sent on it. */
  state: 'live' | 'retiring';
}

export function openSocketHub(world: World): SocketHub {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_ACK_BYTES });
  const connections = new Set<Connection>();
  const pending = new Map<string, (ack: Ack) => void>();
  const listeners = new Set<(connections: number) => void>();
  const timers = new Set<NodeJS.Timeout>();
  let disabled = !world.app.socketMode;
  let turn = 0;

  const live = () => [...connections].filter((each) => each.state === 'live');
  const announce = () => {
    for (const listener of listeners) listener(live().length);
  };
  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
    return timer;
  };
  const goodbye = (connection: Connection, reason: string) => {
    connection.state = 'retiring';
    connection.socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'local' } }));
    announce();
  };

  const accept = (socket: WebSocket, tcp: Duplex) => {
    const connection: Connection = { socket, tcp, state: 'live' };
    const refused = disabled ? 'link_disabled' : live().length >= MAX_SOCKETS ? 'too_many_websockets' : undefined;
    connections.add(connection);
    socket.on('close', () => {
      connections.delete(connection);
      announce();
    });
    socket.on('error', () => socket.terminate());
    if (refused) {
      goodbye(connection, refused);
      socket.close();
      return;
    }
    socket.on('message', (bytes) => settle(String(bytes)));
    socket.send(JSON.stringify(hello(world, live().length)));
    announce();
  };

  const settle = (text: string) => {
    const ack = parsed(text);
    const id = textOf(ack.envelope_id);
    if (id) pending.get(id)?.({ kind: 'acked', reply: ack.payload ?? {} });
  };

  const pings = setInterval(() => {
    for (const { socket } of connections) socket.ping();
  }, PING_MS);
  pings.unref();

  return {
    kind: 'socket',
    connections: () => live().length,
    onConnections: (listener) => void listeners.add(listener),
    upgrade(request, tcp, head) {
      const ticket = new URL(request.url ?? '', 'http://localhost').searchParams.get('ticket') ?? '';
      if (!world.tickets.redeem(ticket)) return void tcp.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      server.handleUpgrade(request, tcp, head, (socket) => accept(socket, tcp));
    },
    deliver(envelope) {
      const candidates = live();
      turn += 1;
      const chosen = candidates[turn % candidates.length];
      if (!chosen)
        return Promise.resolve({ kind: 'failed', error: 'dispatch_failed', detail: 'No socket is connected.' });
      return new Promise((resolve) => {
        const id = randomUUID();
        const timeout = later(world.strict.ackMs, () => done(timedOut));
        const done = (ack: Ack) => {
          pending.delete(id);
          timers.delete(timeout);
          clearTimeout(timeout);
          resolve(ack);
        };
        pending.set(id, done);
        chosen.socket.send(JSON.stringify(wireForm(id, envelope)));
      });
    },
    refresh({ warningMs = 10_000, lingerMs = 0 } = {}) {
      for (const connection of live()) {
        if (lingerMs > 0) lingering(connection.tcp, lingerMs);
        // A warning is only advice: deliveries go on until the refresh itself.
        if (warningMs > 0) connection.socket.send(JSON.stringify({ type: 'disconnect', reason: 'warning' }));
        later(warningMs, () => {
          goodbye(connection, 'refresh_requested');
          later(PATIENCE_MS, () => connection.socket.close());
        });
      }
    },
    kill() {
      for (const { tcp } of connections) tcp.destroy();
    },
    disableLink(off) {
      disabled = off;
      if (!off) return;
      for (const connection of live()) {
        goodbye(connection, 'link_disabled');
        connection.socket.close();
      }
    },
    stop() {
      clearInterval(pings);
      for (const timer of timers) clearTimeout(timer);
      for (const { socket } of connections) socket.terminate();
      for (const done of [...pending.values()]) done({ kind: 'failed', error: 'dispatch_failed', detail: 'stopped' });
      server.close();
    },
  };
}

const timedOut: Ack = { kind: 'failed', error: 'operation_timeout', detail: 'The app did not acknowledge in time.' };

function hello({ identity, clock }: World, connections: number) {
  return {
    type: 'hello',
    num_connections: connections,
    debug_info: {
      host: 'local',
      started: new Date(clock()).toISOString(),
      build_number: 1,
      approximate_connection_time: 18_060,
    },
    connection_info: { app_id: identity.appId },
  };
}

function wireForm(id: string, { type, payload, acceptsReply, retry }: Envelope) {
  return {
    envelope_id: id,
    type,
    payload,
    accepts_response_payload: acceptsReply,
    ...(retry && { retry_attempt: retry.attempt, retry_reason: retry.reason }),
  };
}

function parsed(text: string) {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : jsonOf(undefined);
  } catch {
    // A client that sends no JSON acknowledges nothing; its delivery times out like any other.
    return jsonOf(undefined);
  }
}
