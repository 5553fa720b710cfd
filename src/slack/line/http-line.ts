import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import { Refusal } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import type { Log } from '../deps.ts';
import { quietLogger } from '../web.ts';
import { judge } from './http-gate.ts';
import type { Line } from './socket-line.ts';

const LARGEST_BODY = 1024 * 1024;
const PATH = '/slack/events';

/** Signed HTTP on one address: our own gate first, then Bolt's signature check. */
export function openHttpLine(options: {
  signingSecret: Secret;
  host: string;
  port: number;
  now: () => Date;
  log: Log;
}): Line & { port: () => number } {
  const { host, port, now, log } = options;
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret.reveal(),
    endpoints: PATH,
    logger: quietLogger(log),
    customPropertiesExtractor: (request) => ({ deliveryId: String(request.headers['x-rekey-delivery'] ?? '') }),
    // The door acknowledges everything; what it could not read ends here instead of in a time-out.
    unhandledRequestTimeoutMillis: 3_001,
  });
  let problem: string | null = 'not listening yet';
  const server = createServer((request, response) => {
    void admit(request, response).catch((error: unknown) => {
      log.warn({ err: error }, 'a request to the Slack endpoint could not be read');
      end(response, 400);
    });
  });
  const admit = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST' || new URL(request.url ?? '/', 'http://localhost').pathname !== PATH)
      return end(response, 404);
    const body = await bodyOf(request);
    if (body === null) return end(response, 413);
    const judged = judge({ headers: request.headers, body: body.toString(), now: now() });
    if (judged.kind === 'answer') {
      if (judged.status !== 200) log.warn({ why: judged.why }, 'a request to the Slack endpoint was refused');
      return end(response, judged.status);
    }
    // Bolt takes only the bare type, and an id that a sender made up would let it choose what counts as seen.
    request.headers['content-type'] = judged.contentType;
    request.headers['x-rekey-delivery'] = judged.deliveryId;
    receiver.requestListener(Object.assign(request, { rawBody: body }), response);
  };
  return {
    init: (app) => receiver.init(app),
    start: () =>
      new Promise<void>((resolve, reject) => {
        server.once('error', (cause) => reject(portProblem({ host, port, cause })));
        server.listen({ host, port }, () => {
          problem = null;
          resolve();
        });
      }),
    stop: () =>
      new Promise<void>((resolve) => {
        problem = 'stopped';
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
    problem: () => problem,
    port: () => {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > LARGEST_BODY) return null;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function end(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status);
  response.end();
}

function portProblem({ host, port, cause }: { host: string; port: number; cause: Error }): Error {
  if (!('code' in cause) || cause.code !== 'EADDRINUSE') return cause;
  return new Refusal(
    'port_in_use',
    `Port ${port} on ${host} is taken by another program. Set SLACK_HTTP_PORT to a free one.`,
    { cause },
  );
}
