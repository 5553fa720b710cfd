import { z } from 'zod';
import { Refusal, unrepeated } from '../errors.ts';
import { OutsideSpecs } from './outside.ts';

const Name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a name of lower-case letters, digits, - and _');

export const Method = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
export type Method = z.infer<typeof Method>;

/** The file with the credential stands in `<keys folder>/connections/`, so that no runbook directory ever holds one. */
const SecretFile = Name.describe('Name of a file (mode 0600) in the folder `connections` of the keys folder.');

const Auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer'), secret_file: SecretFile }),
  z.strictObject({ type: z.literal('basic'), user: z.string().min(1).max(200), secret_file: SecretFile }),
  z.strictObject({
    type: z.literal('header'),
    header: z
      .string()
      .regex(/^x-[a-z0-9-]{1,60}$/i, 'expected a header of the service’s own, such as X-API-Key')
      .describe('The header that carries it.'),
    secret_file: SecretFile,
  }),
]);

const Allowed = z.strictObject({
  methods: z.array(Method).min(1).describe('What may be done there.'),
  path: z
    .string()
    .regex(
      /^(?!.*\/\.\.?(?:\/|$))\/(?:(?:[A-Za-z0-9._~-]+|\*)(?:\/(?:[A-Za-z0-9._~-]+|\*))*)?$/,
      'expected a path such as /keys/*/refresh, in which * stands for one part',
    )
    .describe('Below `url`; * stands for exactly one part.'),
});

/** One service that runbooks may call, as `runbooks/connections.yaml` describes it. */
export const ConnectionSpec = z.strictObject({
  url: z.string().refine(isBase, 'expected an http or https URL without user name, query and #').describe('Base URL.'),
  allow: z.array(Allowed).min(1).describe('Everything else is refused.'),
  auth: Auth.default({ type: 'none' }).describe('How Rekey shows who it is.'),
  timeout_seconds: z.int().min(1).max(60).default(10).describe('For one call, name look-up included.'),
});
export type ConnectionSpec = z.infer<typeof ConnectionSpec>;

export const Connections = z.strictObject({
  version: z.int().min(1),
  connections: z.record(Name, ConnectionSpec).default({}),
  /** Ways out for notices, and who is there: src/domain/outside.ts. */
  ...OutsideSpecs,
});
export type Connections = z.infer<typeof Connections>;

/** A part of a path: a word of the runbook or a value of the run. It is encoded whole, so it can never become two. */
export type PathPart = string | number;
export type QueryValue = string | number | boolean;

function isBase(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '' && !text.includes('?');
}

/** As `grants.hosts` has to name it: the host, with the port when it is not the scheme's own. */
export function hostOf({ url }: Pick<ConnectionSpec, 'url'>): string {
  return new URL(url).host;
}

/** Does some line of `allow` cover this call? A part that is not known yet (null) fits a `*` only. */
export function mayCall({ allow }: ConnectionSpec, method: Method, path: readonly (PathPart | null)[]): boolean {
  return allow.some(({ methods, path: pattern }) => {
    const wanted = pattern.split('/').filter((part) => part !== '');
    const fits = (part: string, at: number) => part === '*' || part === String(path[at] ?? '');
    return methods.includes(method) && wanted.length === path.length && wanted.every(fits);
  });
}

/** What may be called, for people: `GET /keys/*, POST /keys`. */
export function callsOf({ allow }: ConnectionSpec): string {
  return allow.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)).join(', ');
}

/** The whole URL. Throws Refusal `call_not_allowed` or `bad_path_part`. */
export function urlOf(
  { name, spec }: { name: string; spec: ConnectionSpec },
  call: { method: Method; path: readonly PathPart[]; query?: Readonly<Record<string, QueryValue>> },
): string {
  const parts = call.path.map((part) => encoded(String(part)));
  if (!mayCall(spec, call.method, call.path))
    throw new Refusal(
      'call_not_allowed',
      `${call.method} /${parts.join('/')} is not among what the connection ${name} allows (${callsOf(spec)}). Add it in connections.yaml if it should be.`,
    );
  const url = new URL(spec.url);
  url.pathname = [url.pathname.replace(/\/+$/, ''), ...parts].join('/') || '/';
  for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.append(key, String(value));
  return url.href;
}

const LONGEST_PART = 200;

// `.` and `..` are the two words that mean another place, encoded or not.
function encoded(part: string): string {
  const isWord = part !== '' && part !== '.' && part !== '..' && part.length <= LONGEST_PART && part.isWellFormed();
  if (isWord) return encodeURIComponent(part);
  throw new Refusal(
    'bad_path_part',
    `Expected parts of a path with 1 to ${LONGEST_PART} characters, none of them "." or ".."; got ${unrepeated(part)}.`,
  );
}
