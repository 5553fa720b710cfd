import { createHash } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { endpoints } from '../../src/http/api/index.ts';
import { anHttpWorld } from '../support/http-world.ts';

type Document = { openapi: string; paths: Record<string, Record<string, { operationId: string; responses: object }>> };

async function theDocument(): Promise<Document> {
  const world = await anHttpWorld();
  const answer = await world.app.request('/v1/openapi.json');
  expect(answer.status).toBe(200);
  return (await answer.json()) as Document;
}

test('the document is valid OpenAPI 3.1', async () => {
  const document = await theDocument();
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(document.openapi).toMatch(/^3\.1\./);
});

test('every endpoint is in the document, with every status that it answers', async () => {
  const { paths } = await theDocument();
  for (const { name, method, path, answers } of endpoints) {
    const operation = paths[path]?.[method];
    expect(operation?.operationId).toBe(name);
    expect(Object.keys(operation?.responses ?? {})).toEqual([...Object.keys(answers), 'default']);
  }
  expect(Object.values(paths).flatMap((path) => Object.keys(path))).toHaveLength(endpoints.length);
});

test('every reference in the document leads somewhere', async () => {
  const document = await theDocument();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  const schemas = (document as unknown as { components: { schemas: object } }).components.schemas;
  expect([...new Set(references)].filter((name) => !Object.hasOwn(schemas, name ?? ''))).toEqual([]);
  expect(references).toContain('Key');
});

test('the page for people names every endpoint and runs nothing', async () => {
  const world = await anHttpWorld();
  const answer = await world.app.request('/v1/docs');
  const page = await answer.text();

  for (const { path, summary } of endpoints) {
    expect(page).toContain(path);
    expect(page).toContain(summary);
  }
  const policy = answer.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
  expect(policy).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(page).not.toMatch(/<script|https?:\/\/|\son\w+=/i);
});
