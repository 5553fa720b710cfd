import { createMiddleware } from 'hono/factory';
import { randomId } from '../random-id.ts';
import { holdsSecret } from '../scrub.ts';

// No underscore: every kind of key that we know has one, and what is accepted here is logged and sent back.
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9.-]{7,63}$/;

export type WithRequestId = { Variables: { requestId: string } };

/** Every request has an id, in its answer, in the log and in the problem: the caller's own one if it is well-formed. */
export const requestIds = createMiddleware<WithRequestId>(async (context, next) => {
  const given = context.req.header('x-request-id') ?? '';
  const id = WELL_FORMED.test(given) && !holdsSecret(given) ? given : randomId('req');
  context.set('requestId', id);
  context.header('x-request-id', id);
  await next();
});
