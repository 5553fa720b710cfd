import { z } from 'zod';
import { KeyId, PersonId } from '../ids.ts';

/** Where a key stands in the digest, worst first: how long it lives, what is missing, what was left behind. */
export const Section = z.enum([
  'expired',
  'day_1',
  'days_3',
  'days_7',
  'days_14',
  'days_30',
  'retire',
  'missing_owner',
  'missing_expiry',
  'too_old',
  'still_tried',
]);
export type Section = z.infer<typeof Section>;

/** Their owners hear of them in a direct message too. */
export const URGENT: readonly Section[] = ['expired', 'day_1', 'days_3', 'days_7'];
/** The channel hears of them by name. */
export const ALARMING: readonly Section[] = ['expired', 'day_1'];

/** A message to one person, and which one of theirs. */
export const Direct = z.object({ person: PersonId, part: z.number() });
export type Direct = z.infer<typeof Direct>;

/** One key of one digest, in the message that shows it. */
export interface DigestItem {
  key: KeyId;
  section: Section;
  /** Which message of the channel, from 1. */
  part: number;
  /** Whom the owner's name meant that morning. */
  owners: PersonId[];
  direct: Direct[];
  /** What only that morning knows: who tried a dead key, how old it was. */
  note: string | null;
}

/** How many keys of a section a digest does not show. `isAll` false: at least so many; it did not look for more. */
export const Left = z.object({ section: Section, count: z.number(), isAll: z.boolean() });
export type Left = z.infer<typeof Left>;

/** What no single key stands for: a review, a runbook, a promise that somebody made. */
export const DigestNote = z.object({
  kind: z.enum(['last_admin', 'break_glass', 'runbook', 'follow_up']),
  overdue: z.boolean(),
  sentence: z.string(),
  /** Who may read this key may read the note; of no key: who may read every key. */
  key: KeyId.nullable(),
});
export type DigestNote = z.infer<typeof DigestNote>;

/** One week of the 90 days ahead. */
export const OutlookWeek = z.object({
  /** `2027-03-08`, in the team's zone. */
  from: z.string(),
  expiring: z.number(),
  /** Rotations that begin by themselves, and those that somebody has to ask for. */
  rotating: z.number(),
  byHand: z.number(),
});
export type OutlookWeek = z.infer<typeof OutlookWeek>;

/** The week behind and the quarter ahead. */
export const WeekFigures = z.object({
  compliance: z.object({ percentage: z.number(), judged: z.number(), overdue: z.number() }),
  rotations: z.object({ completed: z.number(), failed: z.number() }),
  weeks: z.array(OutlookWeek),
  picture: z.boolean(),
});
export type WeekFigures = z.infer<typeof WeekFigures>;

/** `daily` and `weekly` by the clock, `asked` by a person. */
export const DigestKind = z.enum(['daily', 'weekly', 'asked']);
export type DigestKind = z.infer<typeof DigestKind>;

export interface DigestHead {
  id: string;
  day: string;
  kind: DigestKind;
  dueAt: Date;
  ranAt: Date;
  /** As policy.yaml named it that morning; null: where the team reads. */
  channel: string | null;
  /** Messages in the channel; 0: there was nothing to say, and nothing was posted. */
  parts: number;
  /** How many keys it shows, and what it leaves out. */
  keys: number;
  more: Left[];
  notes: DigestNote[];
  figures: WeekFigures | null;
  mentionChannel: boolean;
}

export interface Digest extends DigestHead {
  items: DigestItem[];
}

/** `dig-2027-03-10`: one for each day. */
export function digestIdOf(day: string): string {
  return `dig-${day}`;
}

/** What a message of a digest shows: `dig-2027-03-10/2`, or `dig-2027-03-10/carol/1` for carol alone. */
export function partSubject(digest: string, part: number, person: PersonId | null = null): string {
  return person === null ? `${digest}/${part}` : `${digest}/${person}/${part}`;
}

export function readPartSubject(subject: string): { digest: string; part: number; person: PersonId | null } | null {
  const [digest, middle, last] = subject.split('/');
  if (digest === undefined || middle === undefined) return null;
  return last === undefined
    ? { digest, part: Number(middle), person: null }
    : { digest, part: Number(last), person: PersonId.parse(middle) };
}
