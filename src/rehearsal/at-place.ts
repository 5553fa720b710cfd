import type { Key } from '../domain/key.ts';
import type { EngineDeps } from '../engine/deps.ts';

/** Does the place that its caller reads hold this key? */
export async function isInPlace(
  { sinks, providers }: Pick<EngineDeps, 'sinks' | 'providers'>,
  key: Key,
): Promise<boolean> {
  const sink = key.delivery === null ? undefined : sinks[key.delivery.sink];
  const there = sink === undefined || key.delivery === null ? null : await sink.read(key.delivery.target);
  return there !== null && (providers[key.provider]?.matches(key, there) ?? false);
}
