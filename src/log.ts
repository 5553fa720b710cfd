import { type Logger, pino } from 'pino';
import { scrub } from './scrub.ts';

export type Log = Logger;

/** JSON lines; every line passes the scrubber, so a secret that slips into a message, field or error is masked. */
export function createLog({
  level,
  write = (line) => process.stderr.write(line),
}: {
  level: string;
  write?: (line: string) => void;
}): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: errorFields } },
    { write: (line: string) => write(scrub(line)) },
  );
}

/** Name, message, code and stack along the chain of causes; never the request, headers or body that client libraries hang on errors. */
function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  const cause = error.cause === undefined || depth > 4 ? undefined : errorFields(error.cause, depth + 1);
  return { name: error.name, message: error.message, code, stack: error.stack, cause };
}
