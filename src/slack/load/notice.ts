import { toldBy } from '../../domain/timeline.ts';
import type { Sources } from '../deps.ts';
import type { NoticeCard } from '../views/notice.ts';
import { displayNames, recipientText } from './names.ts';

/** A notice as its audit line keeps it: who was told what is exactly what the audit says. */
export async function loadNotice(sources: Sources, subject: string): Promise<NoticeCard | null> {
  const [entry] = await sources.ledger.audit({ subject: `notice:${subject}`, limit: 1 });
  if (entry === undefined) return null;
  const told = toldBy(entry);
  if (told.type !== 'notice_issued') return null;
  const { id, recipient, facts } = told.notice;
  const name = await displayNames(sources);
  return { id, facts, recipient: recipientText(recipient, name) };
}
