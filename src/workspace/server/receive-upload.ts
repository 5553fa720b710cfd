import type { World } from '../world.ts';
import { type Exchange, readBody, sendText } from './exchange.ts';

const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** Takes the bytes of a file, bare or as the first file of a form. */
export async function receiveUpload(exchange: Exchange, ticket: string, { files }: World): Promise<void> {
  const { request } = exchange;
  const body = await readBody(request, MAX_FILE_BYTES);
  const bytes = await fileIn(body, request.headers['content-type'] ?? '');
  const known = files.receive(ticket, bytes);
  sendText(exchange, known ? 200 : 404, known ? `OK - ${bytes.length}` : 'There is no such upload.');
}

async function fileIn(body: Buffer, contentType: string): Promise<Buffer> {
  if (!contentType.startsWith('multipart/form-data')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  const file = [...form.values()].find((each) => typeof each !== 'string');
  return file ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
}
