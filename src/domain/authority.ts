import { z } from 'zod';
import type { Verb } from './policy.ts';

/** What a ledger key may do at Rekey's own API when it stands among the key's scopes. */
export const ApiScope = z.enum([
  'keys:read',
  'keys:create',
  'keys:rotate',
  'keys:revoke',
  'keys:suspend',
  'keys:change',
  'keys:verify',
  'audit:read',
  'usage:write',
]);
export type ApiScope = z.infer<typeof ApiScope>;

/** The scope that a token needs for a verb; null: only people do that. */
export function scopeFor(verb: Verb): ApiScope | null {
  switch (verb) {
    case 'rotate':
    // Taking a rotation back needs the right to begin one.
    case 'cancel':
      return 'keys:rotate';
    case 'read':
      return 'keys:read';
    case 'verify':
      return 'keys:verify';
    case 'create':
      return 'keys:create';
    case 'change':
    case 'extend':
      return 'keys:change';
    case 'suspend':
      return 'keys:suspend';
    case 'revoke':
      return 'keys:revoke';
    case 'answer':
    // What people do with a run, they do under their own name.
    case 'run':
    case 'pause':
    case 'skip':
    case 'retry':
    case 'waive':
    case 'administer':
    case 'declare':
    case 'close':
    case 'notify':
      return null;
    default:
      return verb satisfies never;
  }
}

/**
 * The services that these scopes give `scope` for: `keys:rotate` is all of them, `keys:rotate@payments-api` is that one. A list is filtered
 * by it; everything else asks `isGranted`.
 */
export function servicesGranted(scopes: readonly string[], scope: ApiScope): 'all' | readonly string[] {
  if (scopes.includes(scope)) return 'all';
  const prefix = `${scope}@`;
  return scopes.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
}

/** `service` null: the request is about no single service, which a narrowed scope never covers. */
export function isGranted(scopes: readonly string[], scope: ApiScope, service: string | null): boolean {
  const services = servicesGranted(scopes, scope);
  return services === 'all' || (service !== null && services.includes(service));
}

/** The ones among a key's scopes that are rights at Rekey itself; whoever makes such a key hands these rights on. */
export function apiScopesIn(scopes: readonly string[]): { scope: ApiScope; service: string | null }[] {
  return scopes.flatMap((text) => {
    const at = text.indexOf('@');
    const known = ApiScope.safeParse(at < 0 ? text : text.slice(0, at));
    return known.success ? [{ scope: known.data, service: at < 0 ? null : text.slice(at + 1) }] : [];
  });
}
