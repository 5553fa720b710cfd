import { isJson, type Json } from '../json.ts';
import { type Exchange, readBody } from '../server/exchange.ts';
import { SlackError } from '../slack-error.ts';

const MAX_BYTES = 2 * 1024 * 1024;

/** The arguments of a call from its query, form or JSON body; the token apart, so that it never gets into a log. */
export async function argumentsOf(exchange: Exchange): Promise<{ args: Json; token: string | undefined }> {
  const { request, url } = exchange;
  const body = await readBody(request, MAX_BYTES);
  const query = Object.fromEntries(url.searchParams);
  const { token: given, ...args } = { ...query, ...(await parse(body, request.headers['content-type'] ?? '')) };
  const bearer = request.headers.authorization?.match(/^Bearer (\S+)$/i)?.[1];
  return { args, token: bearer ?? (typeof given === 'string' ? given : undefined) };
}

async function parse(body: Buffer, contentType: string): Promise<Json> {
  if (body.length === 0) return {};
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return jsonBody(body.toString());
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body.toString()));
  if (type === 'multipart/form-data') {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    return Object.fromEntries(form);
  }
  throw new SlackError('invalid_post_type');
}

function jsonBody(text: string): Json {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJson(parsed)) return parsed;
  } catch {
    // Said in Slack's words below, like a body that is valid JSON but no object.
  }
  throw new SlackError('invalid_json');
}
