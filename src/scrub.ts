import { liveSecrets } from './secret.ts';

const MASK = '[secret]';

// What a secret looks like when this process has never held it. Value first, pattern second: some systems' keys have no shape.
const SHAPES =
  /\b(?:rekey_(?:live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{20,}|stoa_(?:sk|mcp)_[0-9a-zA-Z]{16,}|xox[abeprs]-[0-9A-Za-z-]{8,}|xapp-[0-9A-Za-z-]{8,})/g;

/** Text with every known secret, in any encoding that logs and payloads use, and everything shaped like one replaced by `[secret]`. */
export function scrub(text: string): string {
  let clean = text;
  for (const needle of needles()) if (clean.includes(needle)) clean = clean.replaceAll(needle, MASK);
  return clean.replace(SHAPES, MASK);
}

/** True when a payload that is about to leave holds a secret anywhere. Such a payload is blocked, not masked. */
export function holdsSecret(payload: unknown): boolean {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  SHAPES.lastIndex = 0;
  return SHAPES.test(text) || needles().some((needle) => text.includes(needle));
}

let known = new Map<string, readonly string[]>();

function needles(): readonly string[] {
  const live = liveSecrets();
  const next = new Map<string, readonly string[]>();
  for (const secret of live) next.set(secret, known.get(secret) ?? encodingsOf(secret));
  known = next;
  return [...next.values()].flat();
}

/** The ways in which a value turns up in text: raw, JSON, URL, hex, and base64 at each of the three offsets it can start at. */
export function encodingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ]);
  for (const offset of [0, 1, 2]) {
    // Only the characters that this value alone decides: the neighbours share the first and the last ones.
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = whole.slice(offset === 0 ? 0 : offset + 1, bytes.length % 3 === (3 - offset) % 3 ? undefined : -1);
    for (const form of [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]) if (form.length >= 8) forms.add(form);
  }
  return [...forms];
}
