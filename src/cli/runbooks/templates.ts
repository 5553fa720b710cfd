import { Refusal } from '../../errors.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import { loadTemplates } from '../../runbook/templates.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { say, sayJson, table } from '../print.ts';
import { folderHere } from './folder.ts';

export const templates: CliCommand = (group) => {
  group
    .command('templates')
    .description('runbooks to copy and change: for which keys, and how much of each is done by people')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  rekey runbooks templates')
    .action(async ({ json }: { json?: boolean }) => {
      const rows = (await templatesIn(folderHere())).map(rowOf);
      if (json) return sayJson(rows);
      say(
        table(
          ['TEMPLATE', 'STEPS', 'BY PEOPLE', 'KEYS', 'WHAT'],
          rows.map(({ template, steps, by_people: byPeople, classes, title }) => [
            template,
            String(steps),
            String(byPeople),
            classes.join(', '),
            title,
          ]),
        ),
      );
      say('\nMake one yours: rekey runbooks new <template> --id R-MINE. What each is for: docs/templates.md');
    });
};

/** Refusal `no_templates` where the runbooks folder has none. */
export async function templatesIn(dir: string): Promise<LoadedRunbook[]> {
  const found = [...(await loadTemplates(dir, stepKinds)).values()];
  if (found.length > 0) return found;
  throw new Refusal('no_templates', `There are no templates in ${dir}/templates. Copy that folder from the product.`);
}

const PEOPLE: readonly string[] = ['ask', 'approve'];

function rowOf({ id, title, steps, appliesTo }: LoadedRunbook) {
  const byPeople = steps.filter(({ kind }) => PEOPLE.includes(kind.uses)).length;
  return { template: id, title, steps: steps.length, by_people: byPeople, classes: appliesTo };
}
