import { type ApiScope, apiScopesIn, isGranted, scopeFor } from '../../domain/authority.ts';
import type { Actor } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { assertMay, type Policy, type Verb } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { isUsable, verdictOn } from '../../providers/verify-key.ts';
import type { Origin } from '../engine.ts';

/** What a request is about. `service` null: nothing single, as a list; a narrowed scope does not cover that. */
export interface Subject {
  owner: string | null;
  escalation: string | null;
  service: string | null;
}

interface Asked {
  policy: Policy;
  verb: Verb;
  subject: Subject;
  now: Date;
  /** Whether this may happen without a person, which is what the schedule is for: `classRule(key.class).automatic`. Not given: no. */
  unattended?: boolean;
}

/**
 * The one decision about who may, for CLI, HTTP, Slack and the schedule; inside the recording transaction, so that it is about the policy
 * and the token as they are at the moment of use. A token is the version of the key that was presented (`origin.token`), looked up again
 * here: its slug alone would let a revoked version act with the rights of its successor.
 */
export async function authorize(
  read: Pick<LedgerReader, 'key'>,
  { origin, ...asked }: Asked & { origin: Pick<Origin, 'actor' | 'token'> },
): Promise<void> {
  const token = origin.token === undefined ? null : await read.key(origin.token);
  assertAuthority({ ...asked, actor: origin.actor, token });
}

/** For what a request does besides, when its actor may; it is not refused for the lack of that. */
export async function isAuthorized(...[read, asked]: Parameters<typeof authorize>): Promise<boolean> {
  try {
    await authorize(read, asked);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_allowed') return false;
    throw error;
  }
}

/** Deny by default. Throws Refusal `not_allowed` with who may, or which scope is missing. */
export function assertAuthority(asked: Asked & { actor: Actor; token: Key | null }): void {
  const { policy, verb, actor, subject } = asked;
  if (actor.startsWith('person:')) assertMay(policy, verb, { actor, subject });
  else if (actor.startsWith('token:')) assertTokenMay(asked);
  else if (actor === 'schedule:rotations' && verb === 'rotate') assertUnattended(asked);
  else throw denied(`${actor} may not ${verb} this key: only people and tokens with the scope may.`);
}

function assertTokenMay({ verb, subject, ...asked }: Parameters<typeof assertAuthority>[0]): void {
  const scope = scopeFor(verb);
  if (scope === null) throw denied(`${asked.actor} may not ${verb}: that is for people to do.`);
  assertScope({ ...asked, scope, service: subject.service });
}

function assertUnattended({ unattended }: Pick<Asked, 'unattended'>): void {
  if (unattended === true) return;
  throw denied(
    'The schedule may not rotate this key: its class is not `automatic` in key-classes.yaml. A person has to ask for it.',
  );
}

/** For what is no verb on a key: `audit:read`, `usage:write`. The token has to be live now and to have the scope for this service. */
export function assertScope(asked: {
  actor: Actor;
  token: Key | null;
  scope: ApiScope;
  service: string | null;
  now: Date;
}): void {
  const { actor, scope, service } = asked;
  const token = assertLiveToken(asked);
  if (isGranted(token.scopes, scope, service)) return;
  const wanted = service === null ? scope : `${scope} or ${scope}@${service}`;
  throw denied(
    `${actor} may not do this: its key has no scope ${wanted}. It has: ${token.scopes.join(', ') || 'none'}.`,
  );
}

/** The key behind `token:<slug>`, if it may still be used at this moment. */
export function assertLiveToken({ actor, token, now }: { actor: Actor; token: Key | null; now: Date }): Key {
  if (token === null || actor !== `token:${token.slug}`)
    throw denied(`${actor} did not show a key of this ledger, so nothing is allowed.`);
  const { status } = verdictOn(token, now);
  if (!isUsable({ status })) throw denied(`${nameOf(token)} is ${status}, so its caller may do nothing any more.`);
  return token;
}

/**
 * Who makes a key with rights at Rekey itself hands these rights on: a person needs `administer`, a token gives at most what it has.
 */
export async function authorizeScopes(
  read: Pick<LedgerReader, 'key'>,
  {
    scopes,
    origin,
    ...asked
  }: Omit<Asked, 'verb'> & { scopes: readonly string[]; origin: Pick<Origin, 'actor' | 'token'> },
): Promise<void> {
  const handedOn = apiScopesIn(scopes);
  if (handedOn.length === 0) return;
  if (!origin.actor.startsWith('token:')) return authorize(read, { ...asked, verb: 'administer', origin });
  const token = origin.token === undefined ? null : await read.key(origin.token);
  for (const { scope, service } of handedOn)
    assertScope({ actor: origin.actor, token, scope, service, now: asked.now });
}

function denied(sentence: string): Refusal {
  return new Refusal('not_allowed', sentence);
}
