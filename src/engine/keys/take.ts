import type { Claim, ClaimedBy } from '../../domain/claim.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { ClaimId } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import type { Refusal } from '../../errors.ts';
import type { Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Secret } from '../../secret.ts';
import type { Origin } from '../engine.ts';
import { wakeSoon } from '../origin.ts';
import { auditRefusal } from '../refusals.ts';
import { assertForThem, type ClaimsDeps, claimOrRefuse, keyOf, openOrRefuse, takenAlready } from './claims.ts';

type Which = { id: ClaimId } | { token: Secret };
type Request = Origin & { how: ClaimedBy };
interface Taken {
  secret: Secret;
  key: Key;
  claim: Claim;
}
type Verdict = { kind: 'taken'; taken: Taken } | { kind: 'again'; refusal: Refusal };

/**
 * Hands the secret out, once. It is opened inside the transaction, after everything was checked, so that an envelope that does not open
 * takes no claim; and it leaves only after the commit, so that nobody sees what the ledger may still forget. A crash in between loses the
 * reveal: the claim is taken and nobody has the key, which therefore cannot be used by anybody. In a run its proof fails and the old key
 * stays; outside of one the key is rotated or made again. The claim itself is the dedupe: the same request twice is a second try.
 */
export async function take(deps: ClaimsDeps, which: Which, request: Request): Promise<Taken> {
  // Not audited: without an account and without a token there is nothing to tell, and strangers could fill the ledger with it.
  const { id, run } = await claimOrRefuse(deps.ledger.read, which);
  const incident = run === null ? null : ((await deps.ledger.read.run(run))?.incident ?? null);
  const context = { at: deps.now(), actor: request.actor, channel: request.channel, run, incident };
  const verdict = await auditRefusal(deps, { origin: request, what: `claim ${id}` }, async () => {
    const policy = 'token' in which ? null : (await deps.policy()).policy;
    return deps.ledger.record(context, async ({ read }): Promise<Recording<Verdict>> => {
      const claim = await claimOrRefuse(read, { id });
      const key = await keyOf(read, claim);
      if (policy !== null) await assertForThem(read, { claim, key, policy, origin: request, now: deps.now() });
      if (claim.takenAt !== null) return secondTry(deps, { claim, key, request });
      return handOut(deps, read, { claim, key, request });
    });
  });
  // Thrown here, because what the second try left in the ledger must not be rolled back with it.
  if (verdict.kind === 'again') throw verdict.refusal;
  if (run !== null) await wakeSoon(deps, run);
  return verdict.taken;
}

interface Asked {
  claim: Claim;
  key: Key;
  request: Request;
}

async function handOut(
  deps: ClaimsDeps,
  read: LedgerReader,
  { claim, key, request }: Asked,
): Promise<Recording<Verdict>> {
  const now = deps.now();
  const sealed = await openOrRefuse(read, { claim, key, now });
  const secret = deps.vault.open(sealed);
  const { actor: by, how } = request;
  const events: LedgerEvent[] = [{ type: 'claim_taken', claim: claim.id, key: key.id, by, how }];
  const taken = { secret, key, claim: { ...claim, takenAt: now, takenBy: by, takenHow: how } };
  // A run goes on from here by itself: it proves the key with its own sealed copy, and destroys that afterwards.
  if (claim.run !== null) return { events, result: { kind: 'taken', taken } };
  events.push({ type: 'secret_destroyed', secret: sealed.id });
  if (key.state !== 'pending') return { events, result: { kind: 'taken', taken } };
  events.push({ type: 'key_activated', key: key.id });
  const active: Key = { ...key, state: 'active', activatedAt: now, rowVersion: key.rowVersion + 1 };
  return { events, result: { kind: 'taken', taken: { ...taken, key: active } } };
}

function secondTry({ newId, now }: ClaimsDeps, { claim, key, request }: Asked): Recording<Verdict> {
  const { actor: by } = request;
  const refusal = takenAlready(claim, key);
  const first = `${claim.takenBy} took it first, at ${claim.takenAt?.toISOString()} (${claim.takenHow})`;
  const sentence = `${by} tried to take the secret of ${nameOf(key)} a second time; ${first}. Unless one person did both, treat the key as exposed: /rotate-key ${key.slug} leaked`;
  const alarm = { id: newId('alm'), kind: 'second_reveal', key: key.id, sentence, raisedAt: now() } as const;
  const events: LedgerEvent[] = [
    { type: 'claim_refused', claim: claim.id, by, why: refusal.message },
    { type: 'alarm_raised', alarm },
  ];
  return { events, result: { kind: 'again', refusal } };
}
