import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { HttpWorld } from '../support/http-world.ts';

export interface Asked {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Told {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at field by field, and each field is asserted.
  json: any;
}

/** `call(world, 'GET /v1/keys', { token })`, without the wire. */
export async function call(
  world: Pick<HttpWorld, 'app'>,
  request: string,
  { token, body, headers = {} }: Asked = {},
): Promise<Told> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const answer = await world.app.request(path, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.headers.get('x-request-id')).toMatch(/^[A-Za-z0-9.-]{8,64}$/);
  return { status: answer.status, headers: answer.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}

let made = 0;

/** A live key that may do this at the API. */
export async function aToken(world: Pick<HttpWorld, 'issue'>, ...scopes: string[]): Promise<string> {
  made += 1;
  const { material } = await world.issue({ slug: `caller-${made}`, service: 'ci', scopes, rateLimit: null });
  return material;
}

/** policy.yaml lists API keys of production for `delivery: response`, and key-classes.yaml asks nobody for a planned rotation of one. */
export function allowResponses({ runbooksDir }: Pick<HttpWorld, 'runbooksDir'>): void {
  const policy = join(runbooksDir, 'policy.yaml');
  const allowed = '\napi:\n  response_delivery: { classes: [api_key, jwt], environments: [production] }\n';
  writeFileSync(policy, readFileSync(policy, 'utf8') + allowed);
  askNobody({ runbooksDir });
}

export function askNobody({ runbooksDir }: Pick<HttpWorld, 'runbooksDir'>): void {
  const classes = join(runbooksDir, 'key-classes.yaml');
  const text = readFileSync(classes, 'utf8');
  writeFileSync(
    classes,
    text.replace('approvals: { planned: 1, emergency: 1 }', 'approvals: { planned: 0, emergency: 0 }'),
  );
}

export const FACTS = {
  source: 'generate',
  slug: 'billing-prod',
  service: 'billing',
  environment: 'production',
  owner: 'carol',
  escalation: 'group:oncall',
  runbook: 'R-ROTATE',
  scopes: ['billing:read'],
};
