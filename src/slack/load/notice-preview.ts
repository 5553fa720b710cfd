import { contentHash } from '../../domain/canonical.ts';
import type { Actor, IncidentId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { Desk } from '../moment.ts';
import { NOTICE_FIELDS, type NoticeForm, type NoticePreview } from '../views/notify-modal.ts';
import { displayNames } from './names.ts';

/** What would leave the company for what stands in the form; null until it says enough. Nothing is written and nobody is asked. */
export async function loadNoticePreview(
  desk: Desk,
  { to, data, template }: Omit<NoticeForm, 'incident' | 'reason'>,
  { incident, actor }: { incident: IncidentId; actor: Actor },
): Promise<NoticePreview | null> {
  if (to.trim() === '' || data.trim() === '') return null;
  try {
    const asked = {
      actor,
      incident,
      to,
      dataIntegrity: data,
      template: template.trim() === '' ? null : template.trim(),
    };
    const preview = await desk.deliveries.preview(asked);
    const name = await displayNames(desk);
    const { draft = null, inside = [], unknown = [] } = preview.telling ?? {};
    const shown = {
      letter: draft && { letter: draft.letter, hash: draft.hash, recipients: draft.addressees },
      inside: inside.map((one) => name(one.replace(/^person:/, ''))),
      unknown: [...unknown],
      asked: preview.asked.map(name),
      problems: [...preview.problems],
    };
    return { kind: 'shown', ...shown, seen: contentHash({ hash: draft?.hash ?? null, inside, unknown }) };
  } catch (error) {
    // What no other word in the form can mend is said instead of the form.
    if (!(error instanceof Refusal) || !NOTICE_FIELDS.has(error.code)) throw error;
    return { kind: 'refused', code: error.code, sentence: error.message };
  }
}
