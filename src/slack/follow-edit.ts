import type { Actor } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import { personOf } from './actions/incident/declare.ts';
import type { Log } from './deps.ts';
import type { MessageEdit } from './inbound-edits.ts';
import { inboundId } from './incoming.ts';
import type { Desk } from './moment.ts';

/**
 * A message on the timeline of an incident was changed: its note gets a new version, and what it said before stays on record. Words that hold
 * what looks like a key are not taken over. Other messages are nobody's business, and nothing of them is kept.
 */
export async function followEdit(
  { id, channel, ts, text, by }: MessageEdit,
  { desk, log }: { desk: Desk; log: Log },
): Promise<void> {
  const source = { channel, ts };
  const note = await desk.ledger.noteFrom(source);
  if (note === null || note.addedBy.length === 0) return;
  const { policy } = await desk.policy();
  const person = personOf(by, policy);
  const actor: Actor = person === null ? 'system:slack' : `person:${person}`;
  const origin = { actor, channel: 'slack', dedupe: { source: 'slack', id: inboundId(id) } } as const;
  try {
    await desk.incidents.reword({ ...origin, source, words: text });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log.warn({ incident: note.incident, note: note.id, why: error.code }, 'a changed message was not taken over');
  }
}
