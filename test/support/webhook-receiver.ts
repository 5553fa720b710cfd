import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface Received {
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** `silent` takes the whole call and never answers it. */
export type Reply = number | 'silent' | { status: number; headers: Record<string, string> };

export interface WebhookReceiver {
  port: number;
  /** Every call that came whole, answered or not. */
  received: Received[];
  /** Replies to the calls to come, the first one first; after them every call is taken with 204. */
  answers: Reply[];
  /** How many connections were made to it, used or not. */
  connections: () => number;
}

/** A receiver of signed notices on loopback that keeps what came. */
export async function aWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const answers: Reply[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      const answer = answers.shift() ?? 204;
      if (answer === 'silent') return;
      if (typeof answer === 'number') response.writeHead(answer).end();
      else response.writeHead(answer.status, answer.headers).end();
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { received, answers, port, connections: () => connections };
}
