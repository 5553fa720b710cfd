import type { LedgerEvent } from '../../domain/event.ts';
import { KeyId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import type { Policy, Verb } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LedTo, Recording } from '../../ledger/ledger.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { verdictOn } from '../../providers/verify-key.ts';
import { holdsSecret } from '../../scrub.ts';
import { auditRefusal } from '../refusals.ts';
import { findKey } from '../which-key.ts';
import { authorize } from './authority.ts';
import type { KeysDeps } from './deps.ts';
import type { OnKey } from './keys.ts';

/** What a decision stands on that mints and delivers nothing. */
type DecidingDeps = Pick<KeysDeps, 'ledger' | 'policy' | 'classRule' | 'now' | 'log'>;

/** What a verb decides on: everything as it is inside the recording transaction. */
export interface Standing {
  key: Key;
  read: LedgerReader;
  policy: Policy;
  rule: ClassRule;
  now: Date;
}

interface Verdict {
  verb: Verb;
  /** For the audit line of a refusal: `suspend payments-prod`. */
  doing: string;
  /** What happens, or a Refusal. */
  decide: (standing: Standing) => Promise<LedgerEvent[]> | LedgerEvent[];
}

/**
 * One verb on one key: authority, decision, change, audit and dedupe in one transaction. The same request twice has one effect; it needs
 * the authority both times. Returns the key as it is afterwards.
 */
export async function recordOnKey(deps: DecidingDeps, request: OnKey, { verb, doing, decide }: Verdict): Promise<Key> {
  const { ledger } = deps;
  return auditRefusal(deps, { origin: request, what: `${doing} ${request.key}` }, async () => {
    const { policy } = await deps.policy();
    assertReason(request.reason);
    // Before the transaction, which must not wait for a file; every version of a name is of one class.
    const rule = await deps.classRule((await findKey(ledger.read, request.key)).class);
    const context = { at: deps.now(), actor: request.actor, channel: request.channel };
    const id = await ledger.record(context, async ({ read, seen, remember }): Promise<Recording<KeyId>> => {
      const key = await findKey(read, request.key);
      const now = deps.now();
      await authorize(read, { policy, verb, origin: request, subject: key, now });
      const { source, id: requestId } = request.dedupe;
      const before = await seen(source, requestId);
      if (before !== null) return { events: [], result: await sameName(read, keyLedTo(before), key) };
      const events = await decide({ key, read, policy, rule, now });
      await remember(source, requestId, ledToKey(key.id));
      return { events, result: key.id };
    });
    return keyOrThrow(ledger.read, id);
  });
}

export function ledToKey(key: KeyId): LedTo {
  return { run: null, incident: null, subject: `key:${key}` };
}

/** The key that the same request led to the first time. */
export function keyLedTo({ subject }: LedTo): KeyId {
  const id = /^key:(.+)$/.exec(subject ?? '')?.[1];
  if (id !== undefined) return KeyId.parse(id);
  throw requestIdUsed();
}

// To answer with another key would say that something was done, and nothing was done to the one that is named. A name may mean a newer version
// by now than it did the first time.
async function sameName(read: Pick<LedgerReader, 'key'>, ledTo: KeyId, named: Key): Promise<KeyId> {
  if ((await keyOrThrow(read, ledTo)).slug === named.slug) return ledTo;
  throw requestIdUsed();
}

function requestIdUsed(): Refusal {
  return new Refusal(
    'request_id_used',
    'This request id belongs to another request. Send this one under an id of its own.',
  );
}

export async function keyOrThrow(read: Pick<LedgerReader, 'key'>, id: KeyId): Promise<Key> {
  const key = await read.key(id);
  if (key === null) throw new Error(`The key ${id} is not in the ledger, although it was recorded there.`);
  return key;
}

/** The key as the clock has it: what its end has overtaken is expired, whatever the row says so far. */
export function asOf(key: Key, now: Date): Key {
  const isOver = key.state !== 'revoked' && verdictOn(key, now).status === 'expired';
  return isOver ? { ...key, state: 'expired' } : key;
}

const LONGEST_REASON = 500;

export function assertReason(reason: string): void {
  const length = reason.trim().length;
  if (length === 0) throw new Refusal('reason_needed', 'Say why in one line; it stands in the history.');
  if (length > LONGEST_REASON)
    throw new Refusal('reason_needed', `A reason has at most ${LONGEST_REASON} characters; this one has ${length}.`);
  assertNoSecretIn({ reason });
}

/** What is kept and shown must not hold a key, not even the one that it is about. */
export function assertNoSecretIn(texts: Record<string, unknown>): void {
  const field = Object.keys(texts).find((name) => holdsSecret(texts[name]));
  if (field === undefined) return;
  throw new Refusal(
    'secret_in_text',
    `The ${field} holds what looks like a key. It would be kept and shown, so nothing was done. Write it without; a secret comes by stdin, file or terminal only.`,
  );
}
