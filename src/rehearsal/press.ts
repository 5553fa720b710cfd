import { Refusal } from '../errors.ts';
import type { Awaited } from './awaited.ts';
import type { Stage } from './stage.ts';

/** What acting in the name of people takes: of a case that is rehearsed, or of a drill. */
export type Acting = Pick<Stage, 'deps' | 'engine' | 'complaints'>;

/** What every verb wants to know of who calls it; each press is one of its own. */
export function pressBy({ deps }: Pick<Stage, 'deps'>, person: string) {
  const id = deps.newId('press');
  return { actor: `person:${person}`, channel: 'cli', dedupe: { source: 'rehearsal', id } } as const;
}

export function misplaced(at: Awaited, what: string): Refusal {
  const waits = WAITS[at.for.kind];
  return new Refusal('misplaced', `${at.record.step} waits for ${waits}, so nobody can say ${what} there.`);
}

const WAITS = {
  approval: 'an approval',
  ask: 'an answer',
  claim: 'a claim',
  doubt: 'who knows whether it happened',
  other: 'something else',
};
