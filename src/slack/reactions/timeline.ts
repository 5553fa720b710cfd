import type { IncidentId } from '../../domain/ids.ts';
import { Refusal } from '../../errors.ts';
import type { MessageRef } from '../message-ref.ts';
import type { Desk } from '../moment.ts';
import { personOfAccount } from '../person-of.ts';
import { say } from '../views/say.ts';
import type { SlackReaction } from './contract.ts';

/** A message in the thread or channel of an incident goes on its timeline, and comes off it when the emoji is taken away. */
export const timelineReaction: SlackReaction = {
  reaction: 'pushpin',
  configured: (policy) => policy.incidents.timeline_reaction,
  react: async (on, moment, desk) => {
    const incident = await incidentOf(on, desk);
    if (incident === null) return;
    if (on.heldSecret)
      throw new Refusal(
        'secret_in_text',
        'This message holds what looks like a live key, so it was not put on the timeline. Delete it in Slack, and report the key: “A key leaked here” in the menu of the message.',
      );
    const { policy } = await desk.policy();
    const { channel, ts, author, text, postedAt } = on;
    if (text.trim() === '') throw new Refusal('nothing_said', 'This message has no words to put on the timeline.');
    const saidBy = personOfAccount(author, policy);
    const pinned = await desk.incidents.pin({
      ...moment.origin,
      ...{ incident, by: moment.person, words: text, saidBy, source: { channel, ts }, happenedAt: postedAt },
    });
    if (pinned?.version === 1)
      await moment.show(say(`On the timeline of ${incident}. Take the emoji away to undo it.`));
  },
  takeBack: async (on, moment, desk) => {
    const incident = await incidentOf(on, desk);
    if (incident === null) return;
    const source = { channel: on.channel, ts: on.ts };
    const note = await desk.incidents.unpin({ ...moment.origin, incident, by: moment.person, source });
    if (note !== null && note.addedBy.length === 0)
      await moment.show(say(`Taken off the timeline of ${note.incident}.`));
  },
};

/** Also its own card and the first message of its thread. */
async function incidentOf({ channel, ts, thread }: MessageRef, { ledger }: Desk): Promise<IncidentId | null> {
  return ledger.incidentAt({ channel, thread: thread ?? ts });
}
