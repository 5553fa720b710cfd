import { Refusal } from '../errors.ts';
import { actions } from './actions/index.ts';
import type { Catalogues } from './catalogues.ts';
import { runMention } from './commands/mention.ts';
import type { Incoming, SubmissionIn } from './incoming.ts';
import type { MessageRef } from './message-ref.ts';
import type { Desk, Moment } from './moment.ts';
import { reactionMeant } from './reactions/meant.ts';

/** Everything but a form: those are answered in their modal. */
export type Order = Exclude<Incoming, SubmissionIn>;

/** `on` is the message that was pointed at: for shortcuts and reactions only. */
export async function carryOut(
  order: Order,
  moment: Moment,
  { desk, catalogues, on }: { desk: Desk; catalogues: Catalogues; on: MessageRef | null },
): Promise<void> {
  switch (order.kind) {
    case 'command': {
      const command = catalogues.commands.find((one) => one.command === order.command);
      if (command === undefined) throw new Refusal('unknown_command', `Rekey does not know ${order.command}.`);
      return command.run(order.text, moment, desk);
    }
    case 'mention':
      return runMention(order.text, catalogues.commands)(moment, desk);
    case 'action':
      // A press on something without a handler, such as a menu on its way to be submitted, is nothing.
      return actions.find((one) => one.action === order.action)?.press(order.value, moment, desk);
    case 'shortcut': {
      const shortcut = catalogues.shortcuts.find((one) => one.shortcut === order.shortcut);
      if (shortcut === undefined)
        throw new Refusal('unknown_shortcut', 'This shortcut belongs to another version of Rekey.');
      if (on === null)
        throw new Refusal('message_gone', 'The message is gone, or Rekey cannot see it. Invite Rekey to the channel.');
      return shortcut.run(on, moment, desk);
    }
    case 'reaction': {
      if (on === null) return undefined;
      const reaction = await reactionMeant(order.reaction, catalogues.reactions, desk);
      return order.change === 'added' ? reaction?.react(on, moment, desk) : reaction?.takeBack?.(on, moment, desk);
    }
    default:
      return order satisfies never;
  }
}
