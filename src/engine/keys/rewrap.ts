import type { LedgerEvent } from '../../domain/event.ts';
import type { SealedSecret } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import type { RecordContext, RecordingTx } from '../../ledger/ledger.ts';
import { type KeyedVault, masterKeyIn } from '../../providers/vault.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { authorize } from './authority.ts';
import type { ClaimsDeps } from './claims.ts';
import { type ProofDeps, proveVault } from './prove-vault.ts';

// A transaction holds the write lock: about 10 ms for so many.
const PAGE = 100;

export type RewrapDeps = Pick<ClaimsDeps, 'ledger' | 'policy' | 'now' | 'log'> & Pick<ProofDeps, 'vault' | 'pepper'>;

export interface Rewrapped {
  /** What was wrapped anew this time, and everything that is sealed. */
  rewrapped: number;
  sealed: number;
  /** The master key of today, and those under which nothing is sealed any more: only backups from before still need them. */
  current: string;
  unneeded: string[];
}

/**
 * Wraps everything that is sealed under the master key of today. The others are retired first, so that no process that still has one in
 * memory seals with it behind this one's back. A page is one transaction: after a crash every secret opens with exactly one of the keys, and
 * the next call goes on. Refusals: `not_allowed` (`administer`), `master_key_missing`, and those of proveVault.
 */
export async function rewrap(
  deps: RewrapDeps,
  { onProgress, ...origin }: Origin & { onProgress: (done: { looked: number; rewrapped: number }) => void },
): Promise<Rewrapped> {
  return auditRefusal(deps, { origin, what: 'rewrap' }, async () => {
    await assertMay(deps, origin);
    await proveVault(deps);
    const { current } = deps.vault.masterKeys();
    const context = () => ({ at: deps.now(), actor: origin.actor, channel: origin.channel }) as const;
    await retireOthers(deps, context(), current);
    const done = { looked: 0, rewrapped: 0 };
    for (let after: string | null = ''; after !== null; ) {
      const page = await rewrapPage(deps, context(), { after, current });
      done.looked += page.looked;
      done.rewrapped += page.rewrapped;
      onProgress({ ...done });
      after = page.last;
    }
    const proofs = await deps.ledger.read.vaultProofs();
    const unneeded = proofs.filter(({ retiredAt }) => retiredAt !== null).map(({ masterKey }) => masterKey);
    return { rewrapped: done.rewrapped, sealed: done.looked, current, unneeded };
  });
}

async function assertMay({ ledger, policy, now }: RewrapDeps, origin: Origin): Promise<void> {
  const subject = { owner: null, escalation: null, service: null };
  const { policy: rules } = await policy();
  await authorize(ledger.read, { policy: rules, verb: 'administer', subject, now: now(), origin });
}

async function retireOthers({ ledger }: RewrapDeps, context: RecordContext, current: string): Promise<void> {
  await ledger.record(context, async ({ read }) => {
    const living = (await read.vaultProofs()).filter(
      (proof) => proof.masterKey !== current && proof.retiredAt === null,
    );
    const events = living.map(({ masterKey }): LedgerEvent => ({ type: 'master_key_retired', masterKey }));
    return { events, result: undefined };
  });
}

interface Page {
  looked: number;
  rewrapped: number;
  /** The last id of the page; null at the end. */
  last: string | null;
}

// Read and written in one transaction: a secret that is destroyed meanwhile is not brought back.
async function rewrapPage(
  { ledger, vault, now }: RewrapDeps,
  context: RecordContext,
  { after, current }: { after: string; current: string },
): Promise<Page> {
  return ledger.record(context, async ({ read }: RecordingTx) => {
    const page = await read.sealedSecrets(after, PAGE);
    const events = page.flatMap((sealed) => rewrapped(sealed, { vault, current, now: now() }));
    const last = page.length < PAGE ? null : (page.at(-1)?.id ?? null);
    return { events, result: { looked: page.length, rewrapped: events.length, last } };
  });
}

function rewrapped(
  sealed: SealedSecret,
  { vault, current, now }: { vault: KeyedVault; current: string; now: Date },
): LedgerEvent[] {
  const from = masterKeyIn(sealed.envelope ?? '') ?? 'unknown';
  if (from === current) return [];
  if (!vault.masterKeys().older.includes(from)) throw missing(sealed, from);
  const { id, key, purpose } = sealed;
  const { envelope } = vault.seal(vault.open(sealed), { id, key, purpose, now });
  if (envelope === null) throw new Error('The vault sealed nothing.');
  return [{ type: 'secret_rewrapped', secret: id, envelope, from, to: masterKeyIn(envelope) ?? current }];
}

function missing({ id, key }: SealedSecret, from: string): Refusal {
  return new Refusal(
    'master_key_missing',
    `The sealed secret ${id} of ${key} is under the master key ${from}, which is not at hand. Put it back as master-${from}.key beside master.key and run this again; what was wrapped until here stays so.`,
  );
}
