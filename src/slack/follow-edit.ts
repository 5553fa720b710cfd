import type { Actor } from '../domain/ids.ts';
import { Refusal } from '../errors.ts';
import type { Log } from './deps.ts';
import type { Gate } from './gate.ts';
import type { MessageEdit } from './inbound-edits.ts';
import { inboundId } from './incoming.ts';
import type { Desk } from './moment.ts';
import { personOfAccount } from './person-of.ts';

/**
 * A message on the timeline of an incident was changed: its note gets a new version, and what it said before stays on record. Whoever Rekey
 * does not listen to changes no words there; that they did in Slack is noted. Other messages are nobody's business, and nothing of them is kept.
 */
export async function followEdit(
  edit: MessageEdit,
  { desk, gate, log }: { desk: Desk; gate: Gate; log: Log },
): Promise<void> {
  const { id, channel, ts, text, from } = edit;
  const source = { channel, ts };
  const notes = await desk.ledger.notesFrom(source);
  if (notes.every(({ addedBy }) => addedBy.length === 0)) return;
  const refusal = await refusalOf(edit, gate);
  const person = personOfAccount(from.user, (await desk.policy()).policy);
  const actor: Actor = person === null || refusal !== null ? 'system:slack' : `person:${person}`;
  const origin = { actor, channel: 'slack', dedupe: { source: 'slack', id: inboundId(id) } } as const;
  const words = { source, words: text, by: person ?? from.user, trusted: refusal === null };
  for (const note of await desk.incidents.reword({ ...origin, ...words }))
    if (note.alteredBy !== null)
      log.warn({ incident: note.incident, note: note.id, why: refusal?.code }, 'a changed message was not taken over');
}

async function refusalOf({ from, channel }: MessageEdit, gate: Gate): Promise<Refusal | null> {
  try {
    await gate.admit(from, channel, 'afresh');
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
