import { KeyId } from '../../domain/ids.ts';
import type { Key } from '../../domain/key.ts';
import { newKey } from '../../domain/new-key.ts';
import { mintKey } from '../../providers/key-format.ts';
import type { Pepper } from '../../providers/pepper.ts';
import { randomId } from '../../random-id.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import type { Secret } from '../../secret.ts';
import type { Sink } from '../../sinks/contract.ts';

const HOUR_MS = 3_600_000;
const SLUG = 'doctor-scratch';

/** Called what the runbook is written and granted for, so that it can be run; what stands behind the names is memory. */
export interface Names {
  class: Key['class'];
  provider: string;
  sink: string | null;
}

export function namesFor(runbook: LoadedRunbook | undefined): Names {
  const classes = runbook?.appliesTo ?? [];
  return {
    class: classes.includes('api_key') ? 'api_key' : (classes[0] ?? 'api_key'),
    provider: runbook?.grants.providers[0] ?? 'ledger',
    sink: runbook?.grants.sinks[0] ?? null,
  };
}

/** A key that is still valid, so that what replaces it can be taken back, and its material. */
export function aScratchKey(
  names: Names,
  { owner, pepper }: { owner: string | null; pepper: Pepper },
): { key: Key; secret: Secret } {
  const { secret, publicId, last4 } = mintKey('test');
  const now = new Date();
  const key = newKey({
    id: KeyId.parse(randomId('key')),
    slug: SLUG,
    class: names.class,
    provider: names.provider,
    externalRef: publicId,
    service: 'doctor',
    environment: 'scratch',
    owner,
    escalation: owner,
    scopes: ['doctor:check'],
    digest: pepper.digestOf(secret.reveal()),
    pepperId: pepper.id,
    last4,
    delivery: names.sink === null ? null : { sink: names.sink, target: SLUG },
    state: 'active',
    createdAt: now,
    activatedAt: now,
    expiresAt: new Date(now.getTime() + HOUR_MS),
  });
  return { key, secret };
}

export function memorySink(name: string, held: Map<string, Secret>): Sink {
  return {
    name,
    check: async () => {},
    read: async (target) => held.get(target) ?? null,
    deliver: async (target, secret) => {
      held.set(target, secret);
    },
    restore: async (target, { previous, isOurs }) => {
      const there = held.get(target);
      if (there === undefined || !isOurs(there)) return false;
      if (previous === null) held.delete(target);
      else held.set(target, previous);
      return true;
    },
  };
}
