import { isDeepStrictEqual } from 'node:util';
import { isJson, listOf } from '../json.ts';
import type { Rule } from './schema.ts';

/** What is chosen from the start has to be one of the options, word for word; Slack refuses the whole view otherwise. */
export const initialIsOffered: Rule = (value, at, problems) => {
  const grouped = listOf(value.option_groups).flatMap((group) => (isJson(group) ? listOf(group.options) : []));
  const offered = [...listOf(value.options), ...grouped];
  const refuse = (field: string) =>
    problems.push({ pointer: `${at}/${field}`, message: 'initial options must match one of the provided options' });
  const isOffered = (initial: unknown) => offered.some((option) => isDeepStrictEqual(option, initial));
  if (value.initial_option !== undefined && !isOffered(value.initial_option)) refuse('initial_option');
  listOf(value.initial_options).forEach((initial, index) => {
    if (!isOffered(initial)) refuse(`initial_options/${index}`);
  });
};
