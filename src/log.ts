import { type Logger, pino } from 'pino';
import { scrub } from './scrub.ts';

export type Log = Logger;

/**
 * JSON lines on standard error, because standard output belongs to commands. Every line passes the scrubber, so a secret that slips into
 * a message, field or error is masked.
 */
export function createLog({
  level,
  write = (line) => process.stderr.write(line),
}: {
  level: string;
  write?: (line: string) => void;
}): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: withPlainErrors },
      // Already plain by then; pino's own serializer would fold the causes into one text.
      serializers: { err: (error) => error },
    },
    { write: (line: string) => write(masked(line)) },
  );
}

function masked(line: string): string {
  const clean = scrub(line);
  // A secret that starts or ends with a quote also matches the quotes around a value; then the whole line is kept as one text.
  return clean === line || isJson(clean) ? clean : `${JSON.stringify({ msg: clean })}\n`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const DEEPEST_CAUSE = 5;

function withPlainErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainError(value, 0)]));
}

/** Name, message, code and stack along the chain of causes; never the request, headers or body that client libraries hang on errors. */
function plainError(value: unknown, depth: number): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack } = value;
  const code = 'code' in value ? value.code : undefined;
  // Bounded, because a chain of causes may lead back to itself.
  const cause = depth < DEEPEST_CAUSE ? plainError(value.cause, depth + 1) : undefined;
  return { name, message, code, stack, cause: cause ?? undefined };
}
