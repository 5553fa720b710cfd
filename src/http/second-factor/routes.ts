import { Hono } from 'hono';
import { z } from 'zod';
import type { SecondFactors } from '../../engine/second-factor/second-factors.ts';
import { Refusal } from '../../errors.ts';
import { inGroups } from '../../providers/recovery-code.ts';
import { randomId } from '../../random-id.ts';
import { Secret } from '../../secret.ts';
import { atMost } from '../body.ts';
import { PAGE_HEADERS } from '../claim/page-headers.ts';
import { limitTries } from '../claim/tries.ts';
import { problemOf, type Report } from '../problem.ts';
import { secondFactorAssets } from './page-assets.ts';

const LARGEST_BODY = 1024;
const Token = z.object({ token: z.string().min(1).max(200) });
const Code = Token.extend({ code: z.string().min(1).max(40) });

export interface SecondFactorPageDeps {
  secondFactors: Pick<SecondFactors, 'peekInvite' | 'enrolInvited' | 'confirmInvited'>;
  /** The rows of a QR code; `true` is dark. */
  qrOf: (text: string) => readonly (readonly boolean[])[];
  onError: Report;
}

/**
 * The page on which somebody without an account on the machine sets up an authenticator app. As on the claim page, the token stands behind
 * the # of the link: opening it shows who it is for, a button shows the seed, once, and the first code makes it count.
 */
export function secondFactorRoutes({ secondFactors, qrOf, onError }: SecondFactorPageDeps): Hono {
  const tries = limitTries();
  const routes = new Hono().use(async (context, next) => {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) context.header(name, value);
    await next();
  });
  for (const [path, { type, text }] of secondFactorAssets())
    routes.get(path, (context) => context.body(text, 200, { 'content-type': type }));
  return routes
    .use(atMost(LARGEST_BODY))
    .post('/peek', async (context) => {
      const token = new Secret((await bodyOf(context.req.raw, Token)).token);
      const { person, invitedBy, expiresAt, factor } = await tries.count(context, token, () =>
        secondFactors.peekInvite(token),
      );
      return context.json({
        person,
        invited_by: invitedBy,
        expires_at: expiresAt.toISOString(),
        used: factor !== null,
      });
    })
    .post('/reveal', async (context) => {
      const token = new Secret((await bodyOf(context.req.raw, Token)).token);
      const { person, seed, uri } = await tries.count(context, token, () =>
        secondFactors.enrolInvited(token, aVisitor()),
      );
      const qr = qrOf(uri.reveal()).map((row) => row.map((dark) => (dark ? '1' : '0')).join(''));
      return context.json({ person, seed: inGroups(seed.reveal(), 4, ' '), uri: uri.reveal(), qr });
    })
    .post('/confirm', async (context) => {
      const body = await bodyOf(context.req.raw, Code);
      const [token, code] = [new Secret(body.token), new Secret(body.code)];
      const { recoveryCodes } = await tries.count(context, token, () =>
        secondFactors.confirmInvited(token, { ...aVisitor(), code }),
      );
      return context.json({ recovery_codes: recoveryCodes.map((one) => one.reveal()) });
    })
    .onError((error, context) => problemOf(context, error, onError));
}

/** Nobody is signed in here; the token is all that is known. */
function aVisitor() {
  const dedupe = { source: 'second-factor-page', id: randomId('req') };
  return { actor: 'system:second-factor-page', channel: 'http', dedupe } as const;
}

async function bodyOf<Body>(request: Request, schema: z.ZodType<Body>): Promise<Body> {
  const parsed = schema.safeParse(await request.json().catch(() => null));
  if (parsed.success) return parsed.data;
  throw new Refusal(
    'bad_body',
    'Expected JSON with "token", the part of the link behind the #, and for /confirm "code".',
  );
}
