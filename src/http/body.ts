import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal } from '../errors.ts';

/** Refuses a larger body before it is read, and stops reading one that does not say how large it is. */
export function atMost(bytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: bytes,
    onError: () => {
      throw new Refusal('too_large', `The body has more than ${bytes} bytes; that is not read.`);
    },
  });
}

/** The body exactly as it was sent: bytes that are no text, or a mark in front of them, would be signed and read as something else. */
export async function exactText(context: Context): Promise<string> {
  const bytes = await context.req.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Refusal('bad_body', 'The body is not text in UTF-8.', { cause });
  }
}
