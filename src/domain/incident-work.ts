import { z } from 'zod';
import type { Actor, IncidentId, PersonId } from './ids.ts';

/** Who leads, who does it with their hands, and who writes it down. */
export const IncidentRole = z.enum(['commander', 'operator', 'scribe']);
export type IncidentRole = z.infer<typeof IncidentRole>;

/** Who has a role now. `number` counts how often a role of this incident was given to somebody. */
export interface RoleHeld {
  role: IncidentRole;
  person: PersonId;
  number: number;
  at: Date;
  by: Actor;
  reason: string;
}

/** The message that a note was taken from. */
export interface NoteSource {
  channel: string;
  ts: string;
}

/**
 * Something for the timeline that no step can know, with three times. What changes makes a new version; the ones before stay on record. A
 * note that nobody stands behind any more (`addedBy` is empty) is withdrawn.
 */
export interface IncidentNote {
  id: string;
  incident: IncidentId;
  version: number;
  /** Not "text": that is what the audit leaves out. */
  words: string;
  /** Whose words they are, as policy.yaml names them; null for a member whom it does not know. */
  saidBy: PersonId | null;
  /** Everybody who put it on the timeline. */
  addedBy: PersonId[];
  source: NoteSource | null;
  /** Who changed the message in Slack without that being taken over: a person, or a Slack account that policy.yaml does not know. */
  alteredBy: string | null;
  /** When it happened, when Rekey was told of it, and when this version was written down. */
  happenedAt: Date;
  reportedAt: Date;
  recordedAt: Date;
}

/** Somebody lets an incident close although this point is open. */
export interface Waiver {
  incident: IncidentId;
  /** The sentence of the gate, word for word. */
  point: string;
  reason: string;
  by: Actor;
  at: Date;
}

/** Said by a person in words of their own; what was not said is null. */
export interface StatusPost {
  incident: IncidentId;
  number: number;
  conditions: string | null;
  actions: string | null;
  needs: string | null;
  by: Actor;
  at: Date;
}

/** `wanted`: Slack has not answered yet · `refused`: it may not be made · `lost`: it was archived or Rekey was put out of it. */
export const RoomState = z.enum(['wanted', 'made', 'refused', 'lost']);
export type RoomState = z.infer<typeof RoomState>;

/** An incident's channel of its own, and what became of the wish for one. */
export interface Room {
  incident: IncidentId;
  /** As it is called in Slack; another one than was wanted when that was taken. */
  name: string;
  channel: string | null;
  isPrivate: boolean;
  state: RoomState;
  why: string | null;
  wantedAt: Date;
}

/** The message that asks whoever leads for news. */
export interface UpdateReminder {
  incident: IncidentId;
  number: number;
  person: PersonId;
  at: Date;
}
