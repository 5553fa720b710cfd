import { Hono } from 'hono';
import { z } from 'zod';
import type { Key } from '../domain/key.ts';
import { Refusal } from '../errors.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { PROBE_CALLER } from '../providers/probe-caller.ts';
import { isUsable, verdictOn } from '../providers/verify-key.ts';
import { atMost } from './body.ts';
import type { UsageCounter } from './usage-counter.ts';

const VERIFY_SCOPE = 'keys:verify';
const LARGEST_BODY = 4 * 1024;
const Body = z.object({
  key: z.string().min(1).max(512),
  caller: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)
    .default('unknown'),
});

export interface VerifyDeps {
  ledger: Pick<LedgerReader, 'keyByDigest'>;
  digestOf: (material: string) => string;
  usage: Pick<UsageCounter, 'count'>;
  now: () => Date;
}

/**
 * `POST /v1/keys/verify` with `{"key": …, "caller": …}`: says whether a key may be used, always with 200 and a `status`. The asking service
 * shows a ledger key of its own with the scope `keys:verify`. The answer never repeats the key.
 */
export function verifyRoutes({ ledger, digestOf, usage, now }: VerifyDeps): Hono {
  return new Hono().post('/', atMost(LARGEST_BODY), async (context) => {
    await assertVerifier(context.req.header('authorization'));
    const parsed = Body.safeParse(await context.req.json().catch(() => null));
    if (!parsed.success)
      throw new Refusal(
        'bad_body',
        'Expected JSON with "key" (at most 512 characters) and optionally "caller" (lower-case letters, digits, ".", "-" and "_").',
      );
    const key = await ledger.keyByDigest(digestOf(parsed.data.key));
    const verdict = verdictOn(key, now());
    // Rekey's own probes are not callers: they are not affected by an outage, and nobody has to tell them.
    if (key !== null && parsed.data.caller !== PROBE_CALLER) usage.count(key.id, parsed.data.caller, isUsable(verdict));
    // A verdict that some cache keeps would outlive the key.
    context.header('cache-control', 'no-store');
    return context.json(key === null ? verdict : { ...verdict, ...publicFacts(key) });
  });

  async function assertVerifier(header: string | undefined): Promise<void> {
    const token = /^Bearer +([^ ]+)$/i.exec(header ?? '')?.[1];
    const asking = token === undefined ? null : await ledger.keyByDigest(digestOf(token));
    if (asking === null || !isUsable(verdictOn(asking, now())))
      throw new Refusal(
        'unauthorized',
        'Expected "Authorization: Bearer <key>" with a key of this ledger that is live.',
      );
    if (asking.scopes.includes(VERIFY_SCOPE)) return;
    throw new Refusal(
      'scope_missing',
      `The key that asks lacks the scope ${VERIFY_SCOPE}; it has ${asking.scopes.join(', ') || 'none'}.`,
    );
  }
}

function publicFacts(key: Key) {
  const { id, slug, version, service, scopes, rateLimit } = key;
  return {
    id,
    slug,
    version,
    service,
    scopes,
    rate_limit: rateLimit,
    expires_at: key.expiresAt?.toISOString() ?? null,
  };
}
