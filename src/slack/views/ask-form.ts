import type { InputBlock, KnownBlock } from '@slack/types';
import type { ChecklistItem, FormField, Mark } from '../../domain/ask-form.ts';
import { stateOfItem } from '../../domain/ask-progress.ts';
import { bold, bullets, textInput } from '../blocks.ts';
import {
  choiceInput,
  dayInput,
  linkInput,
  menuInput,
  personInput,
  tickInput,
  wholeNumberInput,
  wordsInput,
} from '../inputs.ts';
import { LIMITS } from '../limits.ts';
import { cut, oneLine } from '../text.ts';

/** The name of a form's field among the blocks of the modal. */
export function blockOf(field: string): string {
  return `field-${field}`;
}

/** Each field as the input that fits its type; Slack checks there what it can, the engine everything again. */
export function fieldInput(field: FormField): InputBlock {
  const { type, label, hint, required, values } = field;
  const named = { id: blockOf(field.id), label: oneLine(label), hint, optional: !required };
  switch (type) {
    case 'text':
      return wordsInput(named, { ...field, multiline: false });
    case 'long_text':
      return wordsInput(named, { ...field, multiline: true });
    case 'int':
      return wholeNumberInput(named, field);
    case 'enum':
      return menuInput(named, values.map(asOption));
    case 'bool':
      return choiceInput(named, [
        { value: 'yes', label: 'Yes' },
        { value: 'no', label: 'No' },
      ]);
    case 'date':
      return dayInput(named);
    case 'url':
      return linkInput(named);
    case 'person':
      return personInput(named);
    default:
      return type satisfies never;
  }
}

function asOption(value: string): { value: string; label: string } {
  return { value, label: value };
}

export const DONE_BLOCK = 'done-';
export const NOT_APPLICABLE_BLOCK = 'na-';

/** The items as boxes to tick, ten to a block; texts that are longer than a box has room for stand above in full. */
export function checklistInputs(items: readonly ChecklistItem[], marks: readonly Mark[]): KnownBlock[] {
  const escapable = items.filter((item) => item.mayNotApply);
  const long = items.filter((item) => labelOf(item).length > LIMITS.optionText);
  return [
    ...groupsOf(long).map((group) =>
      bullets(
        [bold('In full')],
        group.map((item) => [bold(`${item.id} `), cut(oneLine(item.label), 300)]),
      ),
    ),
    ...boxes(DONE_BLOCK, 'Done', { items, marks, state: 'done' }),
    ...boxes(NOT_APPLICABLE_BLOCK, 'Does not apply', { items: escapable, marks, state: 'not_applicable' }),
    ...(escapable.length === 0
      ? []
      : [
          textInput({
            id: 'reason',
            label: 'Why does it not apply?',
            hint: 'Stands beside your name.',
            optional: true,
          }),
        ]),
  ];
}

function boxes(
  block: string,
  label: string,
  { items, marks, state }: { items: readonly ChecklistItem[]; marks: readonly Mark[]; state: Mark['mark'] },
): InputBlock[] {
  const groups = groupsOf(items);
  return groups.map((group, index) =>
    tickInput(
      {
        id: `${block}${index}`,
        label: groups.length === 1 ? label : `${label} (${index + 1} of ${groups.length})`,
        optional: true,
      },
      group.map((item) => ({
        value: item.id,
        label: cut(labelOf(item), LIMITS.optionText),
        ticked: stateOfItem(marks, item.id) === state,
      })),
    ),
  );
}

function groupsOf(items: readonly ChecklistItem[]): (readonly ChecklistItem[])[] {
  return Array.from({ length: Math.ceil(items.length / LIMITS.checkboxes) }, (_, index) =>
    items.slice(index * LIMITS.checkboxes, (index + 1) * LIMITS.checkboxes),
  );
}

function labelOf({ label, required }: ChecklistItem): string {
  return `${oneLine(label)}${required ? '' : ' (if you like)'}`;
}
