import type { FormField } from '../../domain/ask-form.ts';
import { Refusal } from '../../errors.ts';
import { chosenOrAsked, isTerminal, typedOrNothing } from '../ask.ts';

/** `ticket=https://…`, several times. */
export function fieldsGiven(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [field = '', value] = text.split(/=(.*)/s);
      if (value === undefined || field.trim() === '')
        throw new Refusal(
          'bad_option',
          `Write --set <field>=<value>, such as --set ticket=https://…; you wrote "${field}".`,
        );
      return [field.trim(), value];
    }),
  );
}

/** What was given, and on a terminal the rest, asked field by field. */
export async function fillForm(
  fields: readonly FormField[],
  given: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const filled: Record<string, string> = { ...given };
  if (!isTerminal()) return filled;
  for (const field of fields) if (filled[field.id] === undefined) filled[field.id] = await askField(field);
  return filled;
}

function askField(field: FormField): Promise<string> {
  const { id, type, label, hint, required, values } = field;
  const option = `--set ${id}=…`;
  const question = `${label}${required ? '' : ' (may stay empty)'}${hint === null ? '' : `\n  ${hint}`}`;
  if (type === 'enum' && required) return chosenOrAsked(undefined, { option, question, choices: values });
  if (type === 'bool' && required) return chosenOrAsked(undefined, { option, question, choices: ['yes', 'no'] });
  return typedOrNothing(question, { required, placeholder: PLACEHOLDERS[type] });
}

const PLACEHOLDERS: Record<FormField['type'], string> = {
  text: '',
  long_text: '',
  int: '42',
  enum: '',
  bool: 'yes or no',
  date: '2027-05-20',
  url: 'https://…',
  person: 'carol',
};
