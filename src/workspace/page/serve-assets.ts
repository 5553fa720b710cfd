import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { type Exchange, sendText } from '../server/exchange.ts';

const FOLDER = join(import.meta.dirname, 'assets');

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** A file of the page, by its path below assets/. Nothing outside that folder has a name here. */
export async function serveAsset(exchange: Exchange, name: string): Promise<void> {
  const path = normalize(join(FOLDER, name));
  const type = TYPES[extname(path)];
  if (!path.startsWith(`${FOLDER}/`) || !type) return sendText(exchange, 404, 'There is no such file.');
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return sendText(exchange, 404, 'There is no such file.');
  exchange.response.writeHead(200, { 'content-type': type });
  exchange.response.end(bytes);
}
