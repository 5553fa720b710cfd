/** What kind of trouble an error is: what `retry: { on: […] }` of a runbook names. */
export const ERROR_CLASSES = ['network', 'timeout', 'rate_limited', 'server_error', 'refused'] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/**
 * Another system is in trouble or said no, and trying again may help. `retryAfterMs`: how long it asked us to stay away. For an answer by
 * HTTP: answerTrouble (providers/answer-trouble.ts).
 */
export class OutsideTrouble extends Error {
  override readonly name = 'OutsideTrouble';
  readonly errorClass: ErrorClass;
  readonly retryAfterMs: number | null;

  constructor(
    errorClass: ErrorClass,
    sentence: string,
    options: { retryAfterMs?: number | null; cause?: unknown } = {},
  ) {
    super(sentence, options.cause === undefined ? {} : { cause: options.cause });
    this.errorClass = errorClass;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

// By the codes of Node, of undici and of PostgreSQL, which stay the same while their sentences change.
const CODES: Record<ErrorClass, string> = {
  network:
    'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ENOTFOUND EAI_AGAIN ENETUNREACH ENETDOWN EHOSTUNREACH EHOSTDOWN UND_ERR_SOCKET UND_ERR_CLOSED UND_ERR_DESTROYED 08000 08001 08003 08004 08006',
  timeout: 'ETIMEDOUT UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT 57014',
  rate_limited: '53300',
  server_error: '53100 53200 57P01 57P02 57P03',
  refused: '28000 28P01 42501',
};
const CLASS_OF_CODE = new Map(
  ERROR_CLASSES.flatMap((one) => CODES[one].split(' ').map((code) => [code, one] as const)),
);

const DEEPEST_CAUSE = 5;

/** The class of anything that was thrown, from itself or from what caused it; null when nothing says. */
export function errorClassOf(error: unknown): ErrorClass | null {
  let one: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && one instanceof Error; depth++) {
    if (one instanceof OutsideTrouble) return one.errorClass;
    if (one.name === 'TimeoutError') return 'timeout';
    const known = 'code' in one && typeof one.code === 'string' ? CLASS_OF_CODE.get(one.code) : undefined;
    if (known !== undefined) return known;
    one = one.cause;
  }
  return null;
}

/** How long whoever was asked wants to be left alone, when they said so. */
export function retryAfterOf(error: unknown): number | null {
  return error instanceof OutsideTrouble ? error.retryAfterMs : null;
}
