import { confirm, isCancel, multiselect, select, text } from '@clack/prompts';
import { Refusal } from '../errors.ts';

/** What was given, or what a person on a terminal says instead; without a terminal a refusal that names the option. */
export async function givenOrAsked(
  given: string | undefined,
  { option, question, placeholder }: { option: string; question: string; placeholder?: string },
): Promise<string> {
  if (given !== undefined && given.trim() !== '') return given;
  assertTerminal(option);
  const validate = (value: string | undefined) => (value?.trim() ? undefined : 'Write something.');
  const typed = await text({ message: question, validate, ...(placeholder && { placeholder }) });
  if (isCancel(typed)) throw cancelled();
  return typed;
}

export async function chosenOrAsked<Choice extends string>(
  given: Choice | undefined,
  { option, question, choices }: { option: string; question: string; choices: readonly Choice[] },
): Promise<Choice> {
  if (given !== undefined) return given;
  assertTerminal(option);
  const picked = await select({ message: question, options: choices.map((value) => ({ value: `${value}` })) });
  const choice = choices.find((one) => one === picked);
  if (choice === undefined) throw cancelled();
  return choice;
}

/** One line from a person on a terminal; empty where it may be. */
export async function typedOrNothing(
  question: string,
  { required, placeholder }: { required: boolean; placeholder: string },
): Promise<string> {
  const validate = (value: string | undefined) => (required && !value?.trim() ? 'Write something.' : undefined);
  const typed = await text({ message: question, validate, ...(placeholder !== '' && { placeholder }) });
  if (isCancel(typed)) throw cancelled();
  return typed ?? '';
}

/** What a person on a terminal leaves ticked in a list. */
export async function ticked(
  question: string,
  options: readonly { value: string; label: string; ticked: boolean }[],
): Promise<string[]> {
  const picked = await multiselect({
    message: question,
    options: options.map(({ value, label }) => ({ value, label })),
    initialValues: options.filter((option) => option.ticked).map(({ value }) => value),
    required: false,
  });
  if (isCancel(picked)) throw cancelled();
  return picked;
}

/** Nothing is done without a yes: typed on a terminal, or `--yes`. */
export async function confirmed(question: string, { yes }: { yes?: boolean }): Promise<void> {
  if (yes === true) return;
  if (!isTerminal())
    throw new Refusal('not_confirmed', `${question} Nothing was done: say --yes, or run it on a terminal and confirm.`);
  if ((await confirm({ message: question, initialValue: false })) !== true) throw cancelled();
}

export function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

export function cancelled(): Refusal {
  return new Refusal('cancelled', 'Nothing was done: you cancelled.');
}

function assertTerminal(option: string): void {
  if (!isTerminal()) throw new Refusal('missing_option', `${option} is missing, and there is no terminal to ask on.`);
}
