import type { DigestNote } from '../../domain/digest/digest.ts';
import { instantText } from '../../domain/instant.ts';
import { expiringSentence, lastAdminsExpiring } from '../../domain/lock-out.ts';
import type { Reach } from '../../domain/reach.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Rules } from './deps.ts';
import { isNoteInReach } from './readable.ts';

/** What the digest nags about besides keys. One more kind is one more of these. */
type NoteSource = (read: LedgerReader, rules: Rules) => Promise<DigestNote[]>;

const MOST_OF_A_KIND = 10;

const lastAdmins: NoteSource = async (read, { now }) =>
  lastAdminsExpiring(await read.administrators(), now).map((key) => ({
    kind: 'last_admin',
    overdue: false,
    sentence: expiringSentence(key),
    key: key.id,
  }));

const glassReviews: NoteSource = async (read, { now }) => {
  const notes: DigestNote[] = [];
  for (const { approval, run, by, question, reviewers, dueAt } of await read.unreviewedGlassBreaks()) {
    const overdue = dueAt <= now;
    const review = `${reviewers.join(' or ') || 'nobody'} reviews it ${overdue ? 'and should have by' : 'by'} ${instantText(dueAt)}`;
    notes.push({
      kind: 'break_glass',
      overdue,
      sentence: `${by} broke the glass on "${question}": ${review} (rekey break-glass review ${approval}).`,
      key: (await read.run(run))?.key ?? null,
    });
  }
  return notes;
};

const runbookReviews: NoteSource = async (read, { now }) => {
  const today = now.toISOString().slice(0, 10);
  return (await read.liveRunbooks())
    .filter(({ reviewBy }) => today > reviewBy)
    .map(({ runbook, owner, reviewBy }) => ({
      kind: 'runbook',
      overdue: true,
      sentence: `${runbook} of ${owner} was to be reviewed by ${reviewBy} (/runbook show ${runbook}).`,
      key: null,
    }));
};

const followUps: NoteSource = async (read, { now }) => {
  const notes: DigestNote[] = [];
  for (const { what, owner, dueAt, incident } of await read.overdueFollowUps(now))
    notes.push({
      kind: 'follow_up',
      overdue: true,
      sentence: `${owner} was to have done this by ${instantText(dueAt)} (${incident}): ${what}`,
      key: (await read.incident(incident))?.key ?? null,
    });
  return notes;
};

const SOURCES: readonly NoteSource[] = [lastAdmins, glassReviews, runbookReviews, followUps];

/** Whatever is out of reach is left out before anything is counted. */
export async function notesNow(read: LedgerReader, rules: Rules, reach: Reach): Promise<DigestNote[]> {
  const notes: DigestNote[] = [];
  for (const source of SOURCES) {
    const found: DigestNote[] = [];
    for (const note of await source(read, rules)) if (await isNoteInReach(note, reach, read)) found.push(note);
    notes.push(...found.slice(0, MOST_OF_A_KIND));
    const [first] = found;
    const left = found.length - MOST_OF_A_KIND;
    if (first !== undefined && left > 0)
      notes.push({ kind: first.kind, overdue: first.overdue, sentence: `… and ${left} more of these.`, key: null });
  }
  return notes;
}
