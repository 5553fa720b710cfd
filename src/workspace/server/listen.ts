import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';

interface Options {
  port: number;
  onRequest: RequestListener;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Loopback only, whatever the port: a click on the page runs runbooks. Rejects with a sentence when the port is taken. */
export function listen({ port, onRequest, onUpgrade }: Options): Promise<{ server: Server; port: number }> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, onRequest);
  server.on('upgrade', onUpgrade);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(readable(error, port)));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address ? address.port : port });
    });
  });
}

function readable(error: Error, port: number): Error {
  if (!('code' in error) || error.code !== 'EADDRINUSE') return error;
  return new Error(
    `Port ${port} is already in use on this machine; stop what listens there, or give the workspace another port.`,
    { cause: error },
  );
}
