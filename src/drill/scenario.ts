import type { RunId } from '../domain/ids.ts';
import type { MeasureId } from '../domain/metrics.ts';
import type { Run } from '../domain/run.ts';
import type { Awaited } from '../rehearsal/awaited.ts';
import type { Ended } from './facts.ts';
import type { Verify } from './regions.ts';
import type { Stage } from './stage.ts';

/** What goes wrong in one drill, and what has to come out of it all the same. */
export interface Scenario {
  id: string;
  /** The failure mode, in the words of the catalogue of failure modes. */
  title: string;
  /** What is really done to this world. */
  fault: string;
  /** The key has to be alive when it begins: of one that is over, nobody can see when it is refused. */
  keyAlive: boolean;
  /** It has to be revoked while it is in force, and not after a grace: only then anybody can lag behind. */
  atOnce: boolean;
  /** Step kinds without which there is nothing to break. */
  needs: readonly string[];
  /** Measures that the fault itself breaks; all others have to be met where they can be measured. */
  breaks: readonly MeasureId[];
  regions: readonly string[];
  open: () => Fault;
}

/** A fault under way. Everything but `expect` may be left out. */
export interface Fault {
  /** Stands between a region and its verdicts. */
  distort?: (region: string, verify: Verify, now: () => Date) => Verify;
  /** Once the callers have their keys, and before the run begins. */
  strike?: (stage: Stage) => Promise<void>;
  /** Looked at whenever something may have changed; repairs what is to be repaired by then. */
  look?: (stage: Stage) => Promise<void>;
  /** When the fault changes by itself. */
  dueAt?: () => Date | null;
  /** Until when people wait with their answer here. */
  holds?: (stage: Stage, at: Awaited) => Date | null;
  /** What people do when the run has ended: the run that is followed next, or null when that is all. */
  afterEnd?: (stage: Stage, run: Run) => Promise<RunId | null>;
  /** After everything has been measured. What was not as it has to be, in sentences. */
  expect: (stage: Stage, ended: Ended) => Promise<string[]>;
}
