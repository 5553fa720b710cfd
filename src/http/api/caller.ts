import { type ApiScope, isGranted, servicesGranted } from '../../domain/authority.ts';
import type { Actor, KeyId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import { isUsable } from '../../providers/verify-key.ts';
import type { ApiDeps, PresentedKey, Verified } from './deps.ts';

/** Who asks: the ledger key that was shown. */
export interface Caller {
  actor: Actor;
  slug: string;
  token: KeyId | null;
  scopes: readonly string[];
  /** Calls per second, as its row in the ledger says; null: the default. */
  rateLimit: number | null;
}

/** Who asks where everybody may: without scopes and without a token, so no verb does anything for them. */
export const ANYBODY: Caller = { actor: 'token:', slug: '', token: null, scopes: [], rateLimit: null };

/** The caller behind `Authorization: Bearer <key>`, or null when that is no live key of this ledger. */
export async function callerOf(
  deps: Pick<ApiDeps, 'verify'>,
  authorization: string | undefined,
): Promise<Caller | null> {
  const token = bearerIn(authorization);
  if (token === null) return null;
  const { key, ...verdict } = await deps.verify(token);
  return key === null || !isUsable(verdict) ? null : callerWith(key);
}

function callerWith({ id, slug, scopes, rateLimit }: PresentedKey): Caller {
  return { actor: `token:${slug}`, slug, token: id, scopes, rateLimit };
}

export function bearerIn(header: string | undefined): string | null {
  return /^Bearer +([^\s,]{1,4096})$/i.exec(header ?? '')?.[1] ?? null;
}

/** The services that the caller has this scope for; Refusal `scope_missing` when there is none. */
export function assertScope(caller: Caller, scope: ApiScope): 'all' | readonly string[] {
  const services = servicesGranted(caller.scopes, scope);
  if (services === 'all' || services.length > 0) return services;
  throw new Refusal(
    'scope_missing',
    `The key that asks lacks the scope ${scope}; it has ${caller.scopes.join(', ') || 'none'}.`,
  );
}

/** Refusal `not_allowed` when the caller's scope is narrowed to other services. */
export function assertService(caller: Caller, scope: ApiScope, service: string): void {
  const services = assertScope(caller, scope);
  if (services === 'all' || services.includes(service)) return;
  throw new Refusal('not_allowed', `The key that asks has ${scope} for ${services.join(', ')} only.`);
}

/** The verdict that this caller may know: of services that its scope does not cover, no key is known. */
export async function verifiedFor(
  { deps, caller }: { deps: Pick<ApiDeps, 'verify'>; caller: Pick<Caller, 'scopes'> },
  material: string,
): Promise<Verified> {
  const verified = await deps.verify(material);
  if (verified.key === null || isGranted(caller.scopes, 'keys:verify', verified.key.service)) return verified;
  return { status: 'not_found', key: null };
}
