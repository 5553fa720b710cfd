import type { Actor } from './ids.ts';

/** What a runbook may touch, by kind of place. */
export type GrantedPlaces = Readonly<Record<string, readonly string[]>>;

/** One text of a runbook that Rekey has read. Which one is live stands apart, because a text can come back. */
export interface RunbookVersion {
  runbook: string;
  /** SHA-256 of the text, hex. */
  hash: string;
  title: string;
  owner: string;
  grants: GrantedPlaces;
  /** A day, `2027-05-20`. */
  reviewBy: string;
  firstReadAt: Date;
  /** Who agreed to grants that are wider than those of the text before; null where nobody had to. */
  approvedBy: Actor | null;
  approvedAt: Date | null;
}

/** What showed that a runbook works, and how long it took to recover with it. */
export interface RunbookProof {
  id: string;
  runbook: string;
  hash: string;
  how: 'drill' | 'rehearsal';
  passed: boolean;
  /** From the failure to the proof that the old key is dead and the new one works, in ms; null where nothing was to recover. */
  recoverMs: number | null;
  /** One sentence on what was tried and what came out. */
  summary: string;
  at: Date;
}

/** What `after` may touch and `before` might not, as `sinks: webhook`; empty when it is the same or less. */
export function widenedBy(before: GrantedPlaces, after: GrantedPlaces): string[] {
  return Object.entries(after).flatMap(([kind, places]) =>
    places.filter((place) => !(before[kind] ?? []).includes(place)).map((place) => `${kind}: ${place}`),
  );
}

/** The days after which a proof no longer says much about today. */
export const PROOF_KEEPS_DAYS = 90;

/** Why the owner of a runbook has to look at it again; null while nothing is due. */
export function reviewDue(
  { runbook, reviewBy }: Pick<RunbookVersion, 'runbook' | 'reviewBy'>,
  lastProof: Pick<RunbookProof, 'at'> | null,
  now: Date,
): string | null {
  const reasons = [
    ...(now.toISOString().slice(0, 10) > reviewBy ? [`it was to be reviewed by ${reviewBy}`] : []),
    ...(lastProof === null ? ['it was never proven by a drill'] : []),
    ...(lastProof !== null && daysBetween(lastProof.at, now) > PROOF_KEEPS_DAYS
      ? [`it was last proven on ${lastProof.at.toISOString().slice(0, 10)}`]
      : []),
  ];
  return reasons.length === 0 ? null : `${runbook} needs a look: ${reasons.join(', and ')}.`;
}

function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 86_400_000;
}
