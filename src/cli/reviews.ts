import type { CliCommand } from './command.ts';
import { list } from './reviews/list.ts';
import { show } from './reviews/show.ts';
import { tick } from './reviews/tick.ts';

export const reviews: CliCommand = (program) => {
  const group = program
    .command('reviews')
    .description('the weekly, monthly and quarterly reviews: what was found, and who looked at what');
  for (const addTo of [list, show, tick]) addTo(group);
};
