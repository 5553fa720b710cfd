import type { Hands } from './hands.ts';
import type { Setting, Stage } from './stage.ts';

export const PEOPLE = { alice: 'U0ALICE', bob: 'U0BOB', carol: 'U0CAROL', dave: 'U0DAVE' } as const;
export type Cast = Record<keyof typeof PEOPLE, Hands>;

/** What people do on one bad (or good) day, from the first word to the last, and what has to be true at its end. */
export interface Journey {
  name: string;
  setting: Setting;
  play: (people: Cast, stage: Stage) => Promise<void>;
}
