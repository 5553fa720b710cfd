import { liveSecrets, Secret } from './secret.ts';

export const MASK = '[secret]';

// What a secret looks like when this process has never held it. Value first, pattern second: some systems' keys have no shape.
// The private key's body goes with its first line; a JSON escape ends it whole, so that scrubbed JSON stays JSON.
const SHAPES = new RegExp(
  [
    'rekey_(?:live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{20,}',
    'stoa_(?:sk|mcp)_[0-9a-zA-Z]{16,}',
    '(?:sk_live|rk_live|sk_test|rk_test)_[0-9A-Za-z]{16,}',
    'xox[abeprs]-[0-9A-Za-z-]{8,}',
    'xapp-[0-9A-Za-z-]{8,}',
    'AKIA[0-9A-Z]{16}',
    'gh[pousr]_[0-9A-Za-z]{36,}',
    'github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{20,}',
    'AIza[0-9A-Za-z_-]{35}',
    'glpat-[0-9A-Za-z_-]{20,}',
    'npm_[0-9A-Za-z]{36}',
    'whsec_[0-9A-Za-z+/=]{24,}',
    'eyJ[0-9A-Za-z_-]{8,}\\.eyJ[0-9A-Za-z_-]{8,}\\.[0-9A-Za-z_-]{8,}',
    '-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[0-9A-Za-z+/=\\s]|\\\\[nr])*',
  ].join('|'),
  'g',
);

/** Text with every known secret, in any encoding that logs and payloads use, and everything shaped like one replaced by `[secret]`. */
export function scrub(text: string): string {
  let clean = '';
  let from = 0;
  for (const { start, end } of merged(secretSpans(text))) {
    clean += text.slice(from, start) + MASK;
    from = end;
  }
  return from === 0 ? text : clean + text.slice(from);
}

/** Every secret that a text holds, known or only shaped like one, in the order in which they stand there. */
export function keysIn(text: string): Secret[] {
  return merged(secretSpans(text)).map(({ start, end }) => new Secret(text.slice(start, end)));
}

/** True when a payload that is about to leave holds a secret anywhere, in a name as well as in a value. It is blocked then, not masked. */
export function holdsSecret(payload: unknown): boolean {
  const open: unknown[] = [payload];
  const met = new Set<unknown>();
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string' && secretSpans(next).length > 0) return true;
    if (typeof next !== 'object' || next === null || met.has(next)) continue;
    met.add(next);
    open.push(...partsOf(next));
  }
  return false;
}

function partsOf(value: object): unknown[] {
  if (ArrayBuffer.isView(value))
    return [Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')];
  if (Array.isArray(value) || value instanceof Set) return [...value];
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  // What would be sent is what toJSON says; a Secret says `[secret]` and a URL its text.
  if ('toJSON' in value && typeof value.toJSON === 'function') return [value.toJSON()];
  const hidden = value instanceof Error ? [value.message, value.stack, value.cause] : [];
  return [...Object.keys(value), ...Object.values(value), ...hidden];
}

interface Span {
  start: number;
  end: number;
}

function secretSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(SHAPES)) spans.push({ start: match.index, end: match.index + match[0].length });
  learnNewSecrets();
  for (let at = 0; at + WINDOW <= text.length; at++) spans.push(...needlesAround(text, at));
  return spans;
}

// Two secrets may overlap; masking one after the other would leave the tail of the second.
function merged(spans: Span[]): Span[] {
  const inOrder = spans.toSorted((one, other) => one.start - other.start);
  const whole: Span[] = [];
  for (const span of inOrder) {
    const last = whole.at(-1);
    if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
    else whole.push({ ...span });
  }
  return whole;
}

// Every line that is logged passes here, with up to 2 000 live secrets in some 25 encodings each. So the text is walked once: a table
// says whether a known window of eight characters may start here, and only then a map gives the needles that have it.
const WINDOW = 8;
const PLACES = 2 ** 20;
const TRIED = 8;

interface Needle {
  text: string;
  /** Where its window starts. */
  offset: number;
}

const needles = new Map<string, Needle[]>();
const windows = new Uint8Array(PLACES);
const learnt = new Set<string>();
const NONE: readonly Span[] = [];

function needlesAround(text: string, at: number): readonly Span[] {
  if (windows[placeOf(text, at)] === 0) return NONE;
  const spans: Span[] = [];
  for (const needle of needles.get(text.slice(at, at + WINDOW)) ?? []) {
    const start = at - needle.offset;
    if (start >= 0 && text.startsWith(needle.text, start)) spans.push({ start, end: start + needle.text.length });
  }
  return spans;
}

function learnNewSecrets(): void {
  const live = liveSecrets();
  // Those that were dropped there are kept here for a while, because forgetting means building everything again.
  if (learnt.size > 2 * live.size + 64) forgetAll();
  for (const secret of live) if (!learnt.has(secret)) learn(secret);
}

function learn(secret: string): void {
  learnt.add(secret);
  for (const text of encodingsOf(secret)) {
    const offset = rarestWindow(text);
    const window = text.slice(offset, offset + WINDOW);
    const sharing = needles.get(window);
    if (sharing === undefined) needles.set(window, [{ text, offset }]);
    else sharing.push({ text, offset });
    windows[placeOf(text, offset)] = 1;
  }
}

// Not simply the first one: all our own keys start with `rekey_li`, and then every look would go through all of them.
function rarestWindow(text: string): number {
  const last = text.length - WINDOW;
  let rarest = { offset: 0, shared: Number.POSITIVE_INFINITY };
  for (let i = 0; i < TRIED && rarest.shared > 0; i++) {
    const offset = last - Math.floor((last * i) / (TRIED - 1));
    const shared = needles.get(text.slice(offset, offset + WINDOW))?.length ?? 0;
    if (shared < rarest.shared) rarest = { offset, shared };
  }
  return rarest.offset;
}

function forgetAll(): void {
  learnt.clear();
  needles.clear();
  windows.fill(0);
}

function placeOf(text: string, at: number): number {
  let mixed = 0;
  for (let i = at; i < at + WINDOW; i++) mixed = (Math.imul(mixed, 31) + text.charCodeAt(i)) | 0;
  return (mixed ^ (mixed >>> 15)) & (PLACES - 1);
}

// Shorter forms would be found in ordinary words.
const SHORTEST = 8;

/**
 * The ways in which a value turns up in text: raw, in JSON, in JSON inside JSON, in Slack's mrkdwn, in URLs, as hex, and as base64 or
 * base64url at each of the three offsets that it can start at, also encoded twice.
 */
export function encodingsOf(secret: string): string[] {
  const json = (text: string) => JSON.stringify(text).slice(1, -1);
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  const forms = new Set([
    secret,
    json(secret),
    json(json(secret)),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ...urlForms(secret),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Forms(bytes),
    ...base64Forms(Buffer.from(base64)),
  ]);
  return [...forms].filter((form) => form.length >= SHORTEST);
}

function urlForms(secret: string): string[] {
  // Text with half a surrogate pair has no URL form; encodeURIComponent throws on it.
  const component = encodeURIComponent(secret.toWellFormed());
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ '': secret }).toString().slice(1);
  return [component, strict, form].flatMap((text) => [
    text,
    text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ]);
}

function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Only the characters that this value alone decides: it shares the first and the last one with its neighbours.
    const first = offset === 0 ? 0 : offset + 1;
    const inner = (offset + bytes.length) % 3 === 0 ? whole.slice(first) : whole.slice(first, -1);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
