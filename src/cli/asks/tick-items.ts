import type { ItemChange, ItemState } from '../../domain/ask-marks.ts';
import { stateOfItem } from '../../domain/ask-progress.ts';
import type { Ask } from '../../domain/incident.ts';
import { Refusal } from '../../errors.ts';
import { isTerminal, ticked } from '../ask.ts';

export interface Ticks {
  tick: readonly string[];
  untick: readonly string[];
  /** `item=why`. */
  notApplicable: readonly string[];
}

/** The changes that were given, or on a terminal the ones that a person makes in the list. */
export async function changesWanted(ask: Ask, ticks: Ticks): Promise<ItemChange[]> {
  const given = changesGiven(ask, ticks);
  if (given.length > 0) return given;
  if (!isTerminal())
    throw new Refusal(
      'missing_option',
      `--tick is missing, and there is no terminal to ask on. The items: ${itemsOf(ask)
        .map(({ id }) => id)
        .join(', ')}.`,
    );
  const done = new Set(
    await ticked(
      'What is done?',
      itemsOf(ask).map(({ id, label }) => ({
        value: id,
        label,
        ticked: stateOfItem(ask.marks, id) === 'done',
      })),
    ),
  );
  return itemsOf(ask).flatMap(({ id }) => {
    const saw = stateOfItem(ask.marks, id);
    // What does not apply is left alone: the list on the terminal shows only what is done.
    const to: ItemState = done.has(id) ? 'done' : saw === 'done' ? 'open' : saw;
    return to === saw ? [] : [{ item: id, to, saw, reason: '' }];
  });
}

function changesGiven(ask: Ask, { tick, untick, notApplicable }: Ticks): ItemChange[] {
  const change = (item: string, to: ItemState, reason = ''): ItemChange => ({
    item,
    to,
    saw: stateOfItem(ask.marks, item),
    reason,
  });
  return [
    ...tick.map((item) => change(item, 'done')),
    ...untick.map((item) => change(item, 'open')),
    ...notApplicable.map((text) => {
      const [item = '', why = ''] = text.split(/=(.*)/s);
      return change(item.trim(), 'not_applicable', why);
    }),
  ];
}

function itemsOf({ form }: Ask) {
  return form.kind === 'checklist' ? form.items : [];
}
