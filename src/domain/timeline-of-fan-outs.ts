import type { Told } from './told.ts';

export type ToldOfFanOut = Extract<Told, { type: `fan_out_${string}` }>;

export function isAboutFanOut(event: Told): event is ToldOfFanOut {
  return event.type.startsWith('fan_out_');
}

/** Each run of a fan-out tells of itself; what is said here is what they do not say. */
export function sentenceForFanOut(event: ToldOfFanOut): string | null {
  switch (event.type) {
    case 'fan_out_planned':
      return `Step ${event.step} is for ${event.items.length}: ${someOf(event.items)}.`;
    case 'fan_out_moved': {
      const sentences = [...joinedIn(event), ...failedIn(event), ...leftIn(event)];
      return sentences.length === 0 ? null : sentences.join(' ');
    }
    default:
      return event satisfies never;
  }
}

type Moved = Extract<ToldOfFanOut, { type: 'fan_out_moved' }>;

function joinedIn({ step, started }: Moved): string[] {
  const joined = started.filter((one) => one.joined);
  return joined.map(({ name, run }) => `Step ${step} waits for ${run}, which was open for ${name} already.`);
}

function failedIn({ step, ended }: Moved): string[] {
  const failed = ended.filter(({ outcome }) => outcome === 'failed' || outcome === 'cancelled');
  return failed.map(({ name, outcome, why }) => `Step ${step}: ${name} ${outcome}: ${why ?? 'for no stated reason.'}`);
}

function leftIn({ step, ended }: Moved): string[] {
  const left = ended.filter(({ outcome }) => outcome === 'not_started');
  return left.length === 0 ? [] : [`Step ${step} started no more (${left.length} left): ${someOf(left)}.`];
}

const NAMED = 5;

function someOf(items: readonly { name: string }[]): string {
  const names = items.slice(0, NAMED).map(({ name }) => name);
  const more = items.length - names.length;
  return `${names.join(', ') || 'nothing'}${more > 0 ? ` and ${more} more` : ''}`;
}
