import { type FoundElement, interactiveElements } from '../blocks/find-element.ts';
import type { Surface } from '../delivery/payloads.ts';
import { isJson, type Json, textOf } from '../json.ts';
import { initialState, stateValue } from '../state/form-state.ts';
import type { Block, Message } from '../state/message.ts';
import type { FieldValue, View, ViewState } from '../state/view.ts';
import type { FormValues } from '../workspace.ts';
import type { Client } from './client.ts';

export function surfaceOf(on: Message | View): Surface {
  return 'ts' in on ? { kind: 'message', message: on } : { kind: 'view', view: on };
}

export const blocksOf = (surface: Surface): Block[] =>
  surface.kind === 'message' ? surface.message.blocks : surface.view.blocks;

/** Throws a sentence that names what is there instead. */
export function findElement(
  blocks: readonly Block[],
  wanted: { actionId: string; blockId?: string | undefined; value?: FieldValue | undefined },
): FoundElement {
  const all = interactiveElements(blocks);
  const found = all.filter(
    ({ block, element }) =>
      element.action_id === wanted.actionId && (wanted.blockId === undefined || block.block_id === wanted.blockId),
  );
  const exact = found.find(({ element }) => element.type === 'button' && element.value === wanted.value);
  const chosen = exact ?? found[0];
  if (chosen) return chosen;
  const names = all.map(({ element }) => element.action_id).join(', ');
  throw new Error(`Nothing here has the action id ${wanted.actionId}; there is: ${names || 'nothing to use'}.`);
}

/** The state before, with what is filled in now. Throws a sentence for a field or an option that is not there. */
export function filledIn(blocks: readonly Block[], before: ViewState, form: FormValues, client: Client): ViewState {
  const state: ViewState = { ...initialState(blocks), ...before };
  for (const [blockId, answer] of Object.entries(form)) {
    const inBlock = interactiveElements(blocks).filter(({ block }) => block.block_id === blockId);
    for (const [actionId, value] of Object.entries(byAction(answer, inBlock, blockId))) {
      const { element } = findElement(blocks, { actionId, blockId });
      state[blockId] = { ...state[blockId], [actionId]: answered(element, value, client) };
    }
  }
  return state;
}

export function answered(element: Json, value: FieldValue, { person, world }: Client): Json {
  const actionId = textOf(element.action_id) ?? '';
  return stateValue(element, value, world.suggestions.offered(person.id, actionId));
}

/** A bare value is for the block's only element. */
function byAction(
  answer: FormValues[string],
  elements: readonly FoundElement[],
  blockId: string,
): Record<string, FieldValue> {
  if (isJson(answer)) return answer;
  const actionId = textOf(elements[0]?.element.action_id);
  if (actionId === undefined) throw new Error(`There is no field with the block id ${blockId}.`);
  return { [actionId]: answer };
}
