import { BLOCK_LIMITS } from '../block-limits.ts';
import { exactlyOne, list, optional, type Problem, shape } from '../blocks/schema.ts';
import { menuOption, optionGroup } from '../blocks/text-objects.ts';
import { sentencesOf } from '../blocks/validate.ts';
import { suggestionPayload } from '../delivery/payloads.ts';
import { isJson, type Json, jsonOf, listOf, textOf } from '../json.ts';
import type { Message } from '../state/message.ts';
import type { View } from '../state/view.ts';
import { type Client, notInteractive } from './client.ts';
import { blocksOf, findElement, surfaceOf } from './surface.ts';

export interface Suggested {
  value: string;
  text: string;
  group?: string;
}

const { select } = BLOCK_LIMITS;

/** An empty list is fine: nothing matches what was typed. */
const offered = shape(
  {
    options: optional(list(menuOption, { max: select.options, min: 0 })),
    option_groups: optional(list(optionGroup, { max: select.groups, min: 0 })),
  },
  exactlyOne('options', 'option_groups'),
);

/** Types into an external menu and reads what the app offers. Throws a sentence when the app offers nothing Slack takes. */
export async function suggest(
  client: Client,
  on: Message | View,
  asked: { actionId: string; blockId?: string; typed: string },
): Promise<Suggested[]> {
  const { world, dispatcher, person } = client;
  if (!world.app.interactive) throw new Error(notInteractive.shown);
  const surface = surfaceOf(on);
  const { block } = findElement(blocksOf(surface), asked);
  const payload = suggestionPayload({ person, surface, ...asked, blockId: block.block_id }, world);
  const ack = await dispatcher.deliver({ type: 'interactive', payload, acceptsReply: true });
  if (ack.kind === 'failed') throw new Error(`The app offered no options: ${ack.detail}`);
  const groups = groupsIn(ack.reply);
  world.suggestions.remember(
    person.id,
    asked.actionId,
    groups.flatMap((group) => group.options),
  );
  return groups.flatMap(({ group, options }) =>
    options.map((option) => ({
      value: textOf(option.value) ?? '',
      text: labelOf(option.text),
      ...(group && { group }),
    })),
  );
}

function groupsIn(reply: unknown): { group: string; options: Json[] }[] {
  const problems: Problem[] = [];
  offered(reply, '', problems);
  if (problems.length > 0) throw new Error(`Slack does not take these options: ${sentencesOf(problems).join('; ')}`);
  const { options, option_groups } = jsonOf(reply);
  if (options !== undefined) return [{ group: '', options: listOf(options).filter(isJson) }];
  return listOf(option_groups)
    .filter(isJson)
    .map((group) => ({ group: labelOf(group.label), options: listOf(group.options).filter(isJson) }));
}

const labelOf = (text: unknown): string => textOf(jsonOf(text).text) ?? '';
