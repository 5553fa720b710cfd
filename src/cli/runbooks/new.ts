import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal, sentenceOf } from '../../errors.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import { suggestion } from '../../runbook/suggest.ts';
import { runbookId } from '../../steps/fields.ts';
import type { CliCommand } from '../command.ts';
import { say } from '../print.ts';
import { folderHere } from './folder.ts';
import { templatesIn } from './templates.ts';

const REVIEW_IN_MS = 180 * 86_400_000;

export const newRunbook: CliCommand = (group) => {
  group
    .command('new <template>')
    .description('a runbook of your own from a template, with its rehearsal; nothing that exists is overwritten')
    .requiredOption('--id <id>', 'what yours is called: R-…')
    .option('--out <folder>', 'where to; the runbooks folder when it is left out')
    .addHelpText('after', '\nExample:\n  rekey runbooks new database --id R-PAYMENTS-DB')
    .action(async (name: string, { id, out }: { id: string; out?: string }) => {
      const dir = folderHere();
      const all = await templatesIn(dir);
      const template = templateNamed(name, all);
      const to = out ?? dir;
      const copies = [{ template, id: idOf(id) }, ...(await neededBy(template, { all, beside: [dir, to] }))];
      const files = (await Promise.all(copies.map((copy) => filesOf(copy, { dir, to })))).flat();
      for (const { file } of files) if (existsSync(file)) throw isThere(file);
      for (const { file, text } of files) await writeNew(file, text);
      say(files.map(({ file, from }) => `${file}  from ${from}`).join('\n'));
      const change = toChange(template.text);
      if (change !== '') say(`\n${change}`);
      say(`\nNext: rekey runbooks lint ${join(to, `${id}.yaml`)}\n      rekey runbooks rehearse ${id}`);
    });
};

/** `R-DATABASE`, or `database` for short. */
function templateNamed(name: string, all: readonly LoadedRunbook[]): LoadedRunbook {
  const wanted = `R-${name.toUpperCase().replace(/^R-/, '')}`;
  const found = all.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  const known = all.map(({ id }) => id);
  throw new Refusal(
    'unknown_template',
    `There is no template ${wanted}: ${suggestion(wanted, known)}. There are ${known.join(', ')}.`,
  );
}

function idOf(id: string): string {
  if (runbookId.safeParse(id).success) return id;
  throw new Refusal('bad_runbook_id', `Expected an id such as R-PAYMENTS-DB after --id; you wrote ${id}.`);
}

interface Copy {
  template: LoadedRunbook;
  id: string;
}

/** Templates that this one starts come along under their own name, unless somebody has copied them already. */
async function neededBy(
  template: LoadedRunbook,
  { all, beside }: { all: readonly LoadedRunbook[]; beside: readonly string[] },
): Promise<Copy[]> {
  const started = new Set(
    template.steps.flatMap(({ mentions }) =>
      mentions.flatMap(({ meaning, name }) => (meaning === 'runbook' ? name : [])),
    ),
  );
  const isThereAlready = ({ id }: LoadedRunbook) => beside.some((folder) => existsSync(join(folder, `${id}.yaml`)));
  return all
    .filter((one) => one !== template && started.has(one.id) && !isThereAlready(one))
    .map((one) => ({ template: one, id: one.id }));
}

interface NewFile {
  file: string;
  text: string;
  from: string;
}

async function filesOf({ template, id }: Copy, { dir, to }: { dir: string; to: string }): Promise<NewFile[]> {
  const reviewBy = new Date(Date.now() + REVIEW_IN_MS).toISOString().slice(0, 10);
  return Promise.all(
    ['.yaml', '.rehearsal.yaml'].map(async (ending) => {
      const text = await readFile(join(dir, 'templates', `${template.id}${ending}`), 'utf8');
      return { file: join(to, `${id}${ending}`), text: renamed(text, { template, id, reviewBy }), from: template.id };
    }),
  );
}

/** The same text under the new id, with its schema beside it, and half a year until somebody has to read it again. */
function renamed(text: string, { template, id, reviewBy }: Copy & { reviewBy: string }): string {
  return text
    .replace('$schema=../', '$schema=./')
    .replaceAll(new RegExp(`(?<![A-Z0-9-])${template.id}(?![A-Z0-9-])`, 'g'), id)
    .replace(/^review_by: .*$/m, `review_by: ${reviewBy}`);
}

/** What its head says has to be changed, up to what stays by hand. */
function toChange(text: string): string {
  const head = text.split('\n').filter((line) => line.startsWith('#'));
  const from = head.findIndex((line) => line.startsWith('# Change:'));
  const until = head.findIndex((line) => line.startsWith('# By hand:'));
  return from < 0
    ? ''
    : head
        .slice(from, until < from ? undefined : until)
        .map((line) => line.slice(2))
        .join('\n');
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    throw new Refusal('file_not_written', `${file} cannot be written: ${sentenceOf(cause)}`, { cause });
  }
}

function isThere(file: string): Refusal {
  return new Refusal('file_exists', `${file} is there already and is left as it is. Choose another --id or --out.`);
}
