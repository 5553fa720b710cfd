import type { Key } from '../domain/key.ts';
import { nameOf } from '../domain/key.ts';
import { Refusal } from '../errors.ts';
import type { LoadedRunbook } from './loaded.ts';
import { listed } from './suggest.ts';

/** Refusal `runbook_does_not_fit` when the runbook was not written, or not granted, for a key like this one. */
export function assertFits(
  runbook: LoadedRunbook,
  key: Pick<Key, 'slug' | 'version' | 'class' | 'provider' | 'delivery'>,
): void {
  const refuse = (why: string) => {
    throw new Refusal('runbook_does_not_fit', `${runbook.id} cannot be run for ${nameOf(key)}: ${why}.`);
  };
  const { appliesTo, grants } = runbook;
  if (!appliesTo.includes(key.class))
    refuse(`it applies to ${listed(appliesTo)}, and this is of the class \`${key.class}\``);
  if (!grants.providers.includes(key.provider))
    refuse(`its grants name the providers ${listed(grants.providers)}, and this key's is \`${key.provider}\``);
  const sink = key.delivery?.sink;
  if (sink !== undefined && !grants.sinks.includes(sink))
    refuse(`its grants name the sinks ${listed(grants.sinks)}, and this key is delivered by \`${sink}\``);
}
