import { Refusal } from '../errors.ts';
import type { Key } from './key.ts';

export const EXPORT_FORMATS = ['env', 'dotenv', 'json', 'github-actions'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** One key as other programs may know it: its name, where its value is, and until when that value works. Never the value. */
export interface ExportedKey {
  name: string;
  key: string;
  version: number;
  service: string;
  environment: string;
  reference: string;
  expiresAt: Date | null;
}

type Exportable = Pick<Key, 'slug' | 'version' | 'service' | 'environment' | 'secretRef' | 'delivery' | 'expiresAt'>;

/** Refusal `same_name` when two keys would be one variable: whichever came last would win without a word. */
export function exportedKeys(keys: readonly Exportable[]): ExportedKey[] {
  const exported = keys.map((key) => ({
    name: variableOf(key.slug),
    key: key.slug,
    version: key.version,
    service: key.service,
    environment: key.environment,
    reference: referenceTo(key),
    expiresAt: key.expiresAt,
  }));
  const taken = new Map<string, string>();
  for (const { name, key } of exported)
    for (const variable of [name, `${name}${EXPIRY}`]) {
      const other = taken.get(variable);
      if (other !== undefined)
        throw new Refusal(
          'same_name',
          `${other} and ${key} would both be ${variable}. Export them apart, with --service or --env.`,
        );
      taken.set(variable, key);
    }
  return exported;
}

/** `stripe-prod` → `STRIPE_PROD`; no variable begins with a digit. */
export function variableOf(slug: string): string {
  const name = slug.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}

/** Where the value is kept: what people said, else the place that Rekey delivers to, else the key's name in this ledger. */
export function referenceTo({ secretRef, delivery, slug }: Pick<Key, 'secretRef' | 'delivery' | 'slug'>): string {
  if (secretRef !== null) return secretRef;
  return delivery === null ? `rekey:${slug}` : `${delivery.sink}:${delivery.target}`;
}

const EXPIRY = '_EXPIRES_AT';

export function exportText(keys: readonly ExportedKey[], format: ExportFormat): string {
  switch (format) {
    case 'env':
      return lines(keys, (name, value) => `export ${name}=${shellQuoted(value)}`);
    case 'dotenv':
      return lines(keys, (name, value) => `${name}=${dotenvQuoted(value)}`);
    case 'github-actions':
      return lines(keys, (name, value) => `${name}=${oneLine(value)}`);
    case 'json':
      return `${JSON.stringify(Object.fromEntries(keys.map(asJson)), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

function lines(keys: readonly ExportedKey[], line: (name: string, value: string) => string): string {
  return keys
    .flatMap(({ name, reference, expiresAt }) => [
      line(name, reference),
      line(`${name}${EXPIRY}`, expiresAt === null ? 'never' : expiresAt.toISOString()),
    ])
    .map((text) => `${text}\n`)
    .join('');
}

function asJson({ name, key, version, service, environment, reference, expiresAt }: ExportedKey) {
  return [
    name,
    { key, version, service, environment, reference, expires_at: expiresAt?.toISOString() ?? null },
  ] as const;
}

// Between single quotes a shell takes everything as it is; a single quote itself has to stand outside of them.
function shellQuoted(text: string): string {
  return `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}

// Single quotes keep `$` and `\` as they are in every reader of .env files; a value that holds one needs the other kind.
function dotenvQuoted(text: string): string {
  const value = oneLine(text);
  if (!value.includes("'")) return `'${value}'`;
  if (/["$\\`]/.test(value))
    throw new Refusal('not_dotenv', `"${value}" cannot be written into a .env file. Use --format env or json.`);
  return `"${value}"`;
}

// In $GITHUB_ENV and in .env the next line is the next variable.
function oneLine(text: string): string {
  if (/\p{Cc}/u.test(text))
    throw new Refusal('not_one_line', 'A place with a line break or control character in it cannot be exported.');
  return text;
}
