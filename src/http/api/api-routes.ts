import { Hono } from 'hono';
import type { Refusal } from '../../errors.ts';
import { atMost } from '../body.ts';
import { DetailedRefusal, type Report } from '../problem.ts';
import type { ApiDeps } from './deps.ts';
import { docsPage } from './docs-page.ts';
import type { Endpoint } from './endpoint.ts';
import { endpoints } from './index.ts';
import { openApiDocument } from './openapi.ts';
import { endpointServer } from './serve-endpoint.ts';

const LARGEST_BODY = 64 * 1024;

/** Every endpoint of the catalogue at its path, the document that describes them, and the page that people read. */
export function apiRoutes(deps: ApiDeps, report: Report): Hono {
  const serve = endpointServer(deps, report);
  const app = new Hono().get('/v1/openapi.json', (context) => context.json(openApiDocument(endpoints)));
  app.get('/v1/docs', (context) => docsPage(context, endpoints));
  for (const [path, there] of byPath(endpoints)) {
    // Fixed paths come before `{id}` in the catalogue of their prefix; the first that fits answers.
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const endpoint of there)
      app.on(endpoint.method.toUpperCase(), pattern, atMost(LARGEST_BODY), (context) => serve(context, endpoint));
    app.all(pattern, () => {
      throw wrongMethod(there);
    });
  }
  return app;
}

function byPath(list: readonly Endpoint[]): [string, Endpoint[]][] {
  const paths = Map.groupBy(list, ({ path }) => path);
  return [...paths].sort(([one], [other]) => Number(one.includes('{')) - Number(other.includes('{')));
}

function wrongMethod(there: readonly Endpoint[]): Refusal {
  const allow = there.map(({ method }) => method.toUpperCase()).join(', ');
  return new DetailedRefusal('wrong_method', `This address answers ${allow} only.`, { headers: { allow } });
}
