import type { Binding } from '../domain/approval.ts';
import { bindingOf } from '../domain/binding.ts';
import { KeyId, type SecretId } from '../domain/ids.ts';
import type { SealedSecret } from '../domain/incident.ts';
import { type Delivery, type Key, nameOf } from '../domain/key.ts';
import { PermanentFailure } from '../errors.ts';
import type { Provider } from '../providers/contract.ts';
import type { Sink } from '../sinks/contract.ts';
import type { StepContext } from './contract.ts';
import type { KeyRef } from './fields.ts';

// A reference was true when the run began; a step acts on the row as it is now.
export async function currentKey(
  context: Pick<StepContext, 'ledger'>,
  ref: Pick<KeyRef, 'id' | 'slug' | 'version'>,
): Promise<Key> {
  const key = await context.ledger.key(KeyId.parse(ref.id));
  if (key !== null) return key;
  throw new PermanentFailure(
    `The ledger has no key ${nameOf(ref)} (${ref.id}); it was removed while this run was open.`,
  );
}

export function providerOf(
  context: Pick<StepContext, 'providers'>,
  key: Pick<Key, 'slug' | 'version' | 'provider'>,
): Provider {
  const provider = context.providers[key.provider];
  if (provider !== undefined) return provider;
  throw new PermanentFailure(
    `${nameOf(key)} comes from the provider ${key.provider}, which is not connected. Connected: ${listed(Object.keys(context.providers))}.`,
  );
}

export function sinkOf(
  context: Pick<StepContext, 'sinks'>,
  key: Pick<Key, 'slug' | 'version' | 'delivery'>,
): { sink: Sink; delivery: Delivery } {
  if (key.delivery === null)
    throw new PermanentFailure(
      `${nameOf(key)} has no delivery registered; add the sink and target that its caller reads.`,
    );
  const sink = context.sinks[key.delivery.sink];
  if (sink !== undefined) return { sink, delivery: key.delivery };
  throw new PermanentFailure(
    `${nameOf(key)} is delivered by the sink ${key.delivery.sink}, which is not connected. Connected: ${listed(Object.keys(context.sinks))}.`,
  );
}

export function sinkNamed(context: StepContext, name: string): Sink {
  const sink = context.sinks[name];
  if (sink !== undefined) return sink;
  throw new PermanentFailure(`The sink ${name} is not connected. Connected: ${listed(Object.keys(context.sinks))}.`);
}

export async function sealedSecret(context: StepContext, id: SecretId): Promise<SealedSecret> {
  const sealed = await context.ledger.secret(id);
  if (sealed !== null) return sealed;
  throw new PermanentFailure(`The ledger has no sealed secret ${id}.`);
}

/** The key that the run is about, as it is now; null for a run about none. */
export async function keyOfRun(context: Pick<StepContext, 'run' | 'ledger'>): Promise<Key | null> {
  return context.run.key === null ? null : context.ledger.key(context.run.key);
}

/** What a decision about this run is bound to right now. */
export async function bindingNow(
  context: Pick<StepContext, 'run' | 'ledger' | 'policy' | 'fileHash'>,
): Promise<Binding> {
  const key = await keyOfRun(context);
  const { hash } = await context.policy();
  const fileHash = context.fileHash(context.run.runbook.id);
  return bindingOf(context.run, { fileHash, keyVersion: key?.rowVersion ?? null, policyHash: hash });
}

function listed(names: readonly string[]): string {
  return [...names].sort().join(', ') || 'none';
}
