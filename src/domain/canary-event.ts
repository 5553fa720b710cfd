import type { Canary } from './canary.ts';
import type { KeyId } from './ids.ts';
import type { Told } from './told.ts';

/** The life of a canary: what was there is sealed and on record, then it is delivered, looked at, and kept or put back. */
export type CanaryEvent =
  | { type: 'canary_began'; canary: Canary }
  | { type: 'canary_delivered'; canary: string; key: KeyId }
  /** One look at all members: `failed` are the ones where the new key did not work. */
  | { type: 'canary_probed'; canary: string; key: KeyId; probes: number; failures: number; failed: string[] }
  | { type: 'canary_missed'; canary: string; key: KeyId; why: string }
  | { type: 'canary_ended'; canary: string; key: KeyId; outcome: 'healthy' | 'returned'; why: string };

export type ToldOfCanary = Extract<Told, { type: CanaryEvent['type'] }>;

export function isAboutCanary(event: Told): event is ToldOfCanary {
  return event.type.startsWith('canary_');
}

/** Null for a look at which everything worked: the end tells of all of them. */
export function sentenceForCanary(event: ToldOfCanary, name: (id: string) => string): string | null {
  switch (event.type) {
    case 'canary_began':
      return `A canary of ${name(event.canary.key)} began: ${event.canary.members.map((one) => one.name).join(', ')}.`;
    case 'canary_delivered':
      return `${name(event.key)} was delivered to the canary.`;
    case 'canary_probed':
      return event.failures === 0
        ? null
        : `The canary of ${name(event.key)} failed ${event.failures} of ${event.probes} probes: ${event.failed.join(', ')}.`;
    case 'canary_missed':
      return `The canary of ${name(event.key)} missed its threshold: ${event.why}.`;
    case 'canary_ended':
      return event.outcome === 'healthy'
        ? `The canary of ${name(event.key)} is healthy: ${event.why}.`
        : `The canary of ${name(event.key)} got its previous key back: ${event.why}.`;
    default:
      return event satisfies never;
  }
}
