import { z } from 'zod';
import { BLOCK_LIMITS } from '../block-limits.ts';
import { suggestionPayload } from '../delivery/payloads.ts';
import type { Json } from '../json.ts';
import type { Message } from '../state/message.ts';
import type { View } from '../state/view.ts';
import { type Client, notInteractive } from './client.ts';
import { blocksOf, findElement, surfaceOf } from './surface.ts';

export interface Suggested {
  value: string;
  text: string;
  group?: string;
}

const PlainText = z.object({ text: z.string().max(BLOCK_LIMITS.option.text) });
const Option = z.looseObject({ text: PlainText, value: z.string().max(BLOCK_LIMITS.option.value) });
const Options = z.array(Option).max(BLOCK_LIMITS.select.options);
const Answer = z.union([
  z.object({ options: Options }),
  z.object({
    option_groups: z.array(z.object({ label: PlainText, options: Options })).max(BLOCK_LIMITS.select.groups),
  }),
]);

/** Types into an external menu and reads what the app offers. Throws a sentence when the app offers nothing Slack takes. */
export async function suggest(
  client: Client,
  on: Message | View,
  asked: { actionId: string; blockId?: string; typed: string },
): Promise<Suggested[]> {
  const { world, dispatcher, person } = client;
  if (!world.app.interactive) throw new Error(notInteractive.ok ? '' : notInteractive.shown);
  const surface = surfaceOf(on);
  const { block } = findElement(blocksOf(surface), asked);
  const payload = suggestionPayload({ person, surface, ...asked, blockId: block.block_id }, world);
  const ack = await dispatcher.deliver({ type: 'interactive', payload, acceptsReply: true });
  if (ack.kind === 'failed') throw new Error(`The app offered no options: ${ack.detail}`);
  const answer = Answer.safeParse(ack.reply);
  if (!answer.success) throw new Error(`Slack does not take these options: ${z.prettifyError(answer.error)}`);
  const { data } = answer;
  const groups = 'options' in data ? [{ label: undefined, options: data.options }] : data.option_groups;
  const all: Json[] = groups.flatMap((group) => group.options);
  world.suggestions.remember(person.id, asked.actionId, all);
  return groups.flatMap(({ label, options }) =>
    options.map(({ value, text }) => ({ value, text: text.text, ...(label && { group: label.text }) })),
  );
}
