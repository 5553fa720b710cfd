import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../errors.ts';
import { runbookPage } from '../../runbook/docs/runbook-page.ts';
import { loadRunbooks } from '../../runbook/load.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { counted, say } from '../print.ts';
import { folderHere } from './folder.ts';

export const docs: CliCommand = (group) => {
  group
    .command('docs')
    .argument('[ids...]', 'only these runbooks')
    .description('a page per runbook for people to read, with a diagram: Markdown with Mermaid')
    .option('--out <folder>', 'write <ID>.md there, over what is there; without it, they are printed')
    .addHelpText('after', '\nExample:\n  rekey runbooks docs --out docs/runbooks\n  rekey runbooks docs R-KEY-EXPIRY')
    .action(async (ids: string[], { out }: { out?: string }) => {
      const { runbooks, problems } = await loadRunbooks(folderHere(), stepKinds);
      const missing = ids.filter((id) => !runbooks.has(id));
      if (missing.length > 0)
        throw new Refusal(
          'unknown_runbook',
          `${missing.join(', ')} is not among what loads (${[...runbooks.keys()].join(', ')}). Type: rekey runbooks lint`,
        );
      const wanted = [...runbooks.values()].filter(({ id }) => ids.length === 0 || ids.includes(id));
      if (out === undefined) return say(wanted.map(runbookPage).join('\n'));
      await mkdir(out, { recursive: true });
      for (const runbook of wanted) await writeFile(join(out, `${runbook.id}.md`), runbookPage(runbook));
      say(`${counted(wanted.length, 'page')} in ${out}.`);
      if (problems.length > 0) say('Some files do not load and have no page. Type: rekey runbooks lint');
    });
};
