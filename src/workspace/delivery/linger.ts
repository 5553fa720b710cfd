import type { Duplex } from 'node:stream';

/**
 * Slack completes the close handshake and then leaves the TCP connection open for a while. Clients that wait for its end
 * lose seconds there; `ws` ends it at once, so its `end` is held back.
 */
export function lingering(tcp: Duplex, ms: number): void {
  const end = tcp.end.bind(tcp);
  tcp.end = () => {
    setTimeout(() => end(), ms).unref();
    return tcp;
  };
}
