import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingServer {
  port: number;
  connections: number;
  requests: { method: string; url: string; authorization: string | undefined }[];
  /** The headers of each request, in the same order. */
  headers: IncomingHttpHeaders[];
  /** What the next requests are answered with. */
  answer: { status: number; headers: Record<string, string>; body: string };
  close: () => Promise<void>;
}

/** A real HTTP server on loopback that counts every connection made to it, whether or not a request follows. */
export async function countingServer(host = '127.0.0.1'): Promise<CountingServer> {
  const server: Server = createServer((request, response) => {
    counting.requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
    });
    counting.headers.push(request.headers);
    const { status, headers, body } = counting.answer;
    response.writeHead(status, headers).end(body);
  });
  server.on('connection', () => {
    counting.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const counting: CountingServer = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    requests: [],
    headers: [],
    answer: { status: 200, headers: {}, body: 'ok' },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return counting;
}
