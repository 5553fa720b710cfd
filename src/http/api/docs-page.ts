import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { partOf } from './json-schema.ts';

/** The catalogue for people: no script, nothing from elsewhere, and a policy that holds the page to it. */
export function docsPage(context: Context, endpoints: readonly Endpoint[]): Response | Promise<Response> {
  context.header(
    'content-security-policy',
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  context.header('x-content-type-options', 'nosniff');
  return context.html(page(endpoints));
}

const STYLE = `
  body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; color: #1a1f26; background: #fff }
  h1 { font-size: 1.6rem } h2 { margin-top: 2.5rem; font-size: 1.15rem } p { max-width: 44rem }
  code, pre { font: .9rem/1.5 ui-monospace, monospace } code { background: #f0f2f5; padding: .1rem .3rem; border-radius: .2rem }
  nav li, .verb { font-family: ui-monospace, monospace } .verb { font-weight: 700; color: #0b5a8a }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #dde2e8 }
  a { color: #0b5a8a } @media (prefers-color-scheme: dark) { body { color: #e6e9ee; background: #14181d } code { background: #242a32 } a, .verb { color: #7cc4ee } th, td { border-color: #343b45 } }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

function page(endpoints: readonly Endpoint[]) {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Rekey API</title><style>${raw(STYLE)}</style></head>
<body>
<main>
<h1>Rekey API</h1>
<p>The same as <a href="/v1/openapi.json">/v1/openapi.json</a> (OpenAPI 3.1), for reading. A request shows a key of this ledger as <code>Authorization: Bearer</code>; its scopes are its rights, each for all services (<code>keys:rotate</code>) or for one (<code>keys:rotate@payments</code>).</p>
<p>Every answer has an <code>X-Request-Id</code>. A POST may name itself with an <code>Idempotency-Key</code>: when it comes again within 24 hours it gets the first answer and has no second effect. What is refused is <code>application/problem+json</code> whose <code>title</code> says what was expected, what came and what to do.</p>
<nav aria-label="Endpoints"><ul>${endpoints.map(({ name, method, path }) => html`<li><a href="#${name}">${method.toUpperCase()} ${path}</a></li>`)}</ul></nav>
${endpoints.map(section)}
</main>
</body>
</html>`;
}

function section(endpoint: Endpoint) {
  const { name, method, path, summary, description, scope, answers } = endpoint;
  const fields = PARTS.flatMap((part) => fieldsOf(endpoint, part));
  return html`<section id="${name}">
<h2><span class="verb">${method.toUpperCase()}</span> <code>${path}</code></h2>
<p><strong>${summary}.</strong> ${description ?? ''}</p>
<p>${scope === null ? 'Everybody may ask.' : html`Needs <code>${scope}</code>.`} ${Object.entries(answers).map(([status, { says }]) => html`<code>${status}</code> ${says}. `)}</p>
${fields.length === 0 ? '' : html`<table><thead><tr><th scope="col">Field</th><th scope="col">In</th><th scope="col">What</th></tr></thead><tbody>${fields}</tbody></table>`}
</section>`;
}

const PARTS = ['params', 'query', 'headers', 'body'] as const;

const Field = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional(),
  description: z.string().optional(),
});
const Fields = z.looseObject({
  properties: z.record(z.string(), Field).default({}),
  required: z.array(z.string()).default([]),
});
const Part = Fields.extend({ oneOf: z.array(Fields).optional() });

function fieldsOf(endpoint: Endpoint, part: (typeof PARTS)[number]) {
  const { oneOf, ...own } = Part.parse(partOf(endpoint, part, {}) ?? {});
  return (oneOf ?? [own]).flatMap(({ properties, required }) =>
    Object.entries(properties).map(
      ([name, field]) =>
        html`<tr><td><code>${name}</code></td><td>${part === 'params' ? 'path' : part}</td><td>${formOf(field)}${required.includes(name) ? '' : ', optional'}. ${field.description ?? ''}</td></tr>`,
    ),
  );
}

function formOf({ type, enum: words, const: word, anyOf, default: otherwise }: z.output<typeof Field>): string {
  const given = otherwise === undefined || otherwise === null ? '' : `; ${JSON.stringify(otherwise)} unless given`;
  if (word !== undefined) return JSON.stringify(word);
  if (words !== undefined) return `${words.join(', ')}${given}`;
  const kinds = anyOf?.map((one) => one.type ?? 'object') ?? [type ?? 'any'].flat();
  return `${kinds.join(' or ')}${given}`;
}
