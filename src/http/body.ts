import type { MiddlewareHandler } from 'hono';
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
