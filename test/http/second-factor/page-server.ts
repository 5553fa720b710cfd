import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { qrModules } from '../../../src/cli/second-factor/qr.ts';
import type { PersonId } from '../../../src/domain/ids.ts';
import { secondFactorRoutes } from '../../../src/http/second-factor/routes.ts';
import { bob, MINUTE } from '../../support/builders.ts';
import { aSecondFactorWorld, asking } from '../../support/second-factor-world.ts';

/** The page over a real ledger, listening on a free port; bob makes the links. */
export async function aSecondFactorServer() {
  const world = await aSecondFactorWorld();
  const [asked, reported]: [string[], unknown[]] = [[], []];
  const app = new Hono()
    .use(async (context, next) => {
      asked.push(`${context.req.method} ${context.req.url} ${JSON.stringify(context.req.header())}`);
      await next();
    })
    .route(
      '/second-factor',
      secondFactorRoutes({
        secondFactors: world.factors,
        qrOf: qrModules,
        onError: (error) => reported.push(error),
      }),
    );
  const url = await new Promise<string>((listening) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      listening(`http://127.0.0.1:${port}`),
    );
    onTestFinished(() => new Promise<void>((closed) => void server.close(() => closed())));
  });
  const post = (what: 'peek' | 'reveal' | 'confirm', sent: object) =>
    fetch(`${url}/second-factor/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(sent),
    });
  const invited = async (person: PersonId) => (await world.factors.invite({ ...asking(bob), person })).token.reveal();
  return {
    ...world,
    url,
    asked,
    reported,
    post,
    invited,
    passMinutes: (minutes: number) => world.pass(minutes * MINUTE),
  };
}
