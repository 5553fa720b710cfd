import { Refusal } from '../errors.ts';
import type { ChecklistItem, MarkKind } from './ask-form.ts';
import { stateOfItem } from './ask-progress.ts';
import type { PersonId } from './ids.ts';
import type { Ask } from './incident.ts';
import type { PeopleEvent } from './people-event.ts';

export type ItemState = MarkKind | 'open';

/** What somebody wants an item to be. `saw`: what it was on their screen, so that nobody takes back what another one said meanwhile. */
export interface ItemChange {
  item: string;
  to: ItemState;
  saw: ItemState;
  reason: string;
}

type Marked = Extract<PeopleEvent, { type: 'ask_marked' }>;

/**
 * The marks that these changes make: none for what is so already. Refusal `already_marked` names who said something else meanwhile; the
 * others say what an item needs. Pure; all or nothing.
 */
export function marksOf(ask: Ask, changes: readonly ItemChange[], by: PersonId): Marked[] {
  if (ask.form.kind !== 'checklist') throw new Refusal('not_a_checklist', 'This question has no items to tick.');
  const items = new Map(ask.form.items.map((item) => [item.id, item]));
  return changes.flatMap((change): Marked[] => {
    const item = items.get(change.item);
    if (item === undefined)
      throw new Refusal(
        'unknown_item',
        `The list has no item ${change.item}; it has: ${[...items.keys()].join(', ')}.`,
      );
    const now = stateOfItem(ask.marks, item.id);
    if (now === change.to) return [];
    if (now !== change.saw) throw conflict(ask, item);
    assertMayBe(item, change);
    return [{ type: 'ask_marked', ask: ask.id, item: item.id, mark: change.to, reason: change.reason.trim(), by }];
  });
}

function conflict({ marks }: Ask, item: ChecklistItem): Refusal {
  const mark = marks.find((one) => one.item === item.id);
  const who =
    mark === undefined
      ? 'its mark was taken back meanwhile'
      : `${mark.by} already said "${mark.mark === 'done' ? 'done' : 'does not apply'}" at ${mark.at.toISOString()}`;
  return new Refusal(
    'already_marked',
    `"${item.label}": ${who}. Look at the list as it is now, and say it again if you mean it.`,
  );
}

function assertMayBe(item: ChecklistItem, { to, reason }: ItemChange): void {
  if (to !== 'not_applicable') return;
  if (!item.mayNotApply) throw new Refusal('item_applies', `"${item.label}" applies always; it can only be done.`);
  if (reason.trim() === '') throw new Refusal('reason_required', `Say why "${item.label}" does not apply here.`);
}
