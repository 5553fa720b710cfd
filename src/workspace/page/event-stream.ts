import type { ServerResponse } from 'node:http';
import type { Exchange } from '../server/exchange.ts';
import type { PageEvent } from './page-api.ts';

const HEARTBEAT_MS = 15_000;

/** Server-sent events to every open page. */
export interface EventStream {
  attach(exchange: Exchange): void;
  send(event: PageEvent): void;
  stop(): void;
}

export function openEventStream(): EventStream {
  const pages = new Set<ServerResponse>();
  const heartbeat = setInterval(() => {
    for (const page of pages) page.write(': still here\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    attach({ response }) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write('retry: 1000\n\n');
      pages.add(response);
      response.on('close', () => pages.delete(response));
    },
    send(event) {
      if (pages.size === 0) return;
      const line = `data: ${JSON.stringify(event)}\n\n`;
      for (const page of pages) page.write(line);
    },
    stop() {
      clearInterval(heartbeat);
      for (const page of pages) page.end();
      // An app that disconnects while we stop is still announced; there is nobody left to tell.
      pages.clear();
    },
  };
}
