import { Refusal } from '../../errors.ts';
import { describeRunbook } from '../../runbook/describe.ts';
import { loadRunbooks } from '../../runbook/load.ts';
import { yamlFilesIn } from '../../runbook/read-file.ts';
import { didYouMean } from '../../runbook/suggest.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { folderHere } from './folder.ts';

export const show: CliCommand = (group) => {
  group
    .command('show <id>')
    .description('one runbook in words: when it starts, what each step does, what it touches, what can be taken back')
    .addHelpText('after', '\nExample:\n  rekey runbooks show R-KEY-EXPIRY')
    .action(async (id: string) => {
      const dir = folderHere();
      const { runbooks: loaded } = await loadRunbooks(dir, stepKinds);
      const found = loaded.get(id);
      if (found === undefined) throw await notLoaded(id, { dir, known: [...loaded.keys()] });
      say(describeRunbook(found));
    });
};

async function notLoaded(id: string, { dir, known }: { dir: string; known: readonly string[] }): Promise<Refusal> {
  const files = await yamlFilesIn(dir);
  if (files.includes(`${id}.yaml`))
    return new Refusal('broken_runbook', `${id} is not right yet. Type: rekey runbooks lint ${dir}/${id}.yaml`);
  const meant = didYouMean(id, known);
  const hint = meant === null ? `there are ${known.join(', ') || 'none'}.` : `did you mean ${meant}?`;
  return new Refusal('unknown_runbook', `There is no runbook ${id}; ${hint}`);
}
