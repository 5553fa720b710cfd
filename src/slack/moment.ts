import type { ModalView } from '@slack/types';
import type { PersonId } from '../domain/ids.ts';
import type { KeyClass } from '../domain/key.ts';
import type { ClassRule } from '../domain/key-class.ts';
import type { Health } from '../domain/rekey-health.ts';
import type { RunbookPlan } from '../domain/runbook-plan.ts';
import type { Deliveries } from '../engine/deliveries/deliveries.ts';
import type { Digests } from '../engine/digests/digests.ts';
import type { Engine, Origin } from '../engine/engine.ts';
import type { FollowUps } from '../engine/follow-ups/follow-ups.ts';
import type { Checklist } from '../engine/home/checklist.ts';
import type { Incidents } from '../engine/incidents/incidents.ts';
import type { Keys } from '../engine/keys/keys.ts';
import type { Peers } from '../engine/peers/peers.ts';
import type { PlanRequest } from '../engine/plan/plan-runbook.ts';
import type { Rotations } from '../engine/rotations/rotations.ts';
import type { Begun, RunRequest } from '../engine/runbooks/run-runbook.ts';
import type { Shelf } from '../engine/runbooks/shelf.ts';
import type { SecondFactors } from '../engine/second-factor/second-factors.ts';
import type { Outbox } from '../ledger/outbox.ts';
import type { Secret } from '../secret.ts';
import type { Sources } from './deps.ts';
import type { Filled } from './incoming.ts';
import type { Message } from './limits.ts';

/** What handlers work with, besides the moment they are called in. */
export interface Desk extends Sources {
  engine: Engine;
  rotations: Rotations;
  keys: Keys;
  peers: Peers;
  secondFactors: SecondFactors;
  digests: Digests;
  followUps: FollowUps;
  incidents: Incidents;
  deliveries: Deliveries;
  /** What key-classes.yaml says of a class. */
  classRule: (keyClass: KeyClass) => Promise<ClassRule>;
  /** What a run would do if it began now; writes nothing. */
  planRunbook: (request: PlanRequest) => Promise<RunbookPlan>;
  /** Any runbook by hand; emergencies and rotations have verbs of their own. */
  runRunbook: (request: RunRequest) => Promise<Begun>;
  checklist: Checklist;
  /** How this process is, as /readyz tells it. */
  health: () => Promise<Health>;
  /** Where people reach the pages of Rekey. */
  publicUrl: string;
  /** The folder of runbooks: what is live, what is held back, and why. */
  shelf: Shelf;
  /** Which message shows what. */
  outbox: Pick<Outbox, 'find' | 'shownAt'>;
}

/** One command, press or submission of one person who was let in. */
export interface Moment {
  person: PersonId;
  origin: Origin;
  channel: string | null;
  /** The first message of the thread in which this was said or pressed. */
  thread: string | null;
  /** Typed with a submission, and kept nowhere; null without one, and after a restart. */
  code: Secret | null;
  /**
   * Only this person sees it. Never rejects: what was done before it is done, so whoever does more after it goes on, and that an answer could
   * not be shown is said apart from whether it was done.
   */
  show: (message: Message) => Promise<void>;
  /**
   * Opens it. Where no trigger is at hand (a mention and a reaction bring none, and one that waited is stale) the person is shown a button
   * instead, and a press of it carries out the same words once more, this time with a trigger. So nothing may have been changed before this
   * is called, and `true` means only that the person has the form or the button before them. False for a press and a form: there the person
   * is asked to press again.
   */
  openModal: (view: ModalView) => Promise<boolean>;
  /** What stands in the form in which something was pressed or chosen; null elsewhere, and after a restart. */
  filled: Filled | null;
  /** Shows another view in the modal in which the button was pressed; false when it was pressed elsewhere. */
  updateModal: (view: ModalView) => Promise<boolean>;
  /** Where a message of Rekey's can be opened, or null when Slack does not say. */
  permalink: (at: { channel: string; ts: string }) => Promise<string | null>;
}

/** What becomes of a modal that was submitted. `say` is the same for somebody whose modal is gone after a restart. */
export type FormAnswer =
  | { kind: 'close' }
  /** It was taken, and there is something to say about that. */
  | { kind: 'done'; words: string }
  | { kind: 'errors'; errors: Record<string, string> }
  | { kind: 'show'; view: ModalView; say: string };
