import type { DigestNote } from '../../domain/digest/digest.ts';
import { instantText } from '../../domain/instant.ts';
import { expiringSentence, lastAdminsExpiring } from '../../domain/lock-out.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import type { Rules } from './deps.ts';

/** What the digest nags about besides keys. One more kind is one more of these. */
type NoteSource = (read: LedgerReader, rules: Rules) => Promise<DigestNote[]>;

const MOST_OF_A_KIND = 10;

const lastAdmins: NoteSource = async (read, { now }) =>
  lastAdminsExpiring(await read.administrators(), now).map((key) => ({
    kind: 'last_admin',
    overdue: false,
    sentence: expiringSentence(key),
  }));

const glassReviews: NoteSource = async (read, { now }) =>
  (await read.unreviewedGlassBreaks()).map(({ approval, by, question, reviewers, dueAt }) => ({
    kind: 'break_glass',
    overdue: dueAt <= now,
    sentence:
      `${by} broke the glass on "${question}": ${reviewers.join(' or ') || 'nobody'} reviews it ${dueAt <= now ? 'and should have' : ''} by ${instantText(dueAt)} (rekey break-glass review ${approval}).`.replace(
        '  ',
        ' ',
      ),
  }));

const runbookReviews: NoteSource = async (read, { now }) => {
  const today = now.toISOString().slice(0, 10);
  return (await read.liveRunbooks())
    .filter(({ reviewBy }) => today > reviewBy)
    .map(({ runbook, owner, reviewBy }) => ({
      kind: 'runbook',
      overdue: true,
      sentence: `${runbook} of ${owner} was to be reviewed by ${reviewBy} (/runbook show ${runbook}).`,
    }));
};

const followUps: NoteSource = async (read, { now }) =>
  (await read.overdueFollowUps(now)).map(({ what, owner, dueAt, incident }) => ({
    kind: 'follow_up',
    overdue: true,
    sentence: `${owner} was to have done this by ${instantText(dueAt)} (${incident}): ${what}`,
  }));

const SOURCES: readonly NoteSource[] = [lastAdmins, glassReviews, runbookReviews, followUps];

export async function notesNow(read: LedgerReader, rules: Rules): Promise<DigestNote[]> {
  const notes: DigestNote[] = [];
  for (const source of SOURCES) {
    const found = await source(read, rules);
    notes.push(...found.slice(0, MOST_OF_A_KIND));
    const [first] = found;
    const left = found.length - MOST_OF_A_KIND;
    if (first !== undefined && left > 0)
      notes.push({ kind: first.kind, overdue: first.overdue, sentence: `… and ${left} more of these.` });
  }
  return notes;
}
