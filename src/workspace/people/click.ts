import { isStateful } from '../blocks/kinds.ts';
import { blockActionsPayload } from '../delivery/payloads.ts';
import { type Json, textOf } from '../json.ts';
import { ownOptions } from '../state/form-state.ts';
import type { Block, Message } from '../state/message.ts';
import type { FieldValue, View } from '../state/view.ts';
import type { ClickOptions, Outcome } from '../workspace.ts';
import { type Client, done, notInteractive, trouble } from './client.ts';
import { answered, blocksOf, filledIn, findElement, surfaceOf } from './surface.ts';

/** Uses one element of a message or view: presses the button, picks the option, sets the date. */
export async function click(
  client: Client,
  on: Message | View,
  actionId: string,
  { value, blockId, form = {} }: ClickOptions,
): Promise<Outcome> {
  const { world, dispatcher, person } = client;
  if (!world.app.interactive) return notInteractive;
  const given = surfaceOf(on);
  const blocks = blocksOf(given);
  const { block, element } = findElement(blocks, { actionId, blockId, value });
  const stateful = isStateful(textOf(element.type) ?? '');
  const own = stateful && value !== undefined ? { [block.block_id]: { [actionId]: value } } : {};
  const before = given.kind === 'view' ? (world.views.find(given.view.id) ?? given.view).state : {};
  const state = filledIn(blocks, filledIn(blocks, before, form, client), own, client);
  const surface =
    given.kind === 'view' ? { kind: given.kind, view: world.views.remember(given.view, { state }) } : given;
  const action = actionOf({ block, element, value, client, reported: state[block.block_id]?.[actionId] });
  const payload = blockActionsPayload({ person, surface, action, state }, world);
  const ack = await dispatcher.deliver({ type: 'interactive', payload, acceptsReply: true });
  return ack.kind === 'acked' ? done : trouble(ack);
}

interface Used {
  block: Block;
  element: Json;
  value: FieldValue | undefined;
  reported: Json | undefined;
  client: Client;
}

function actionOf({ block, element, value, reported, client }: Used): Json {
  const common = {
    type: element.type,
    action_id: element.action_id,
    block_id: block.block_id,
    action_ts: client.world.ids.ts(),
    ...copied(element, ['confirm', 'placeholder']),
  };
  if (element.type === 'overflow') {
    return { ...common, ...answered(element, value ?? textOf(ownOptions(element)[0]?.value) ?? null, client) };
  }
  if (reported) return { ...common, ...reported };
  return { ...common, ...copied(element, ['text', 'value', 'style', 'url', 'icon']) };
}

const copied = (element: Json, fields: readonly string[]): Json =>
  Object.fromEntries(fields.filter((field) => element[field] !== undefined).map((field) => [field, element[field]]));
