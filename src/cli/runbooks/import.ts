import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Refusal, sentenceOf } from '../../errors.ts';
import { compileRunbook } from '../../runbook/compile.ts';
import { draftYaml } from '../../runbook/import/draft-yaml.ts';
import { readMarkdown } from '../../runbook/import/read-markdown.ts';
import { describeProblem } from '../../runbook/problem.ts';
import { stepKinds } from '../../steps/index.ts';
import type { CliCommand } from '../command.ts';
import { counted, say } from '../print.ts';

interface Wanted {
  id?: string;
  owner: string;
  out?: string;
}

const REVIEW_IN_MS = 180 * 86_400_000;

export const importRunbook: CliCommand = (group) => {
  group
    .command('import <file>')
    .description('a draft in YAML from a runbook in Markdown: one manual step per instruction under the five headings')
    .option('--id <id>', 'R-…; without it, the one that the document names')
    .option('--owner <who>', 'who keeps it true', 'group:security')
    .option('--out <file>', 'write it there; an existing file is left alone. Without it, it is printed')
    .addHelpText('after', '\nExample:\n  rekey runbooks import docs/key-expiry.md --out runbooks/R-KEY-EXPIRY.yaml')
    .action(async (file: string, { id, owner, out }: Wanted) => {
      const read = readMarkdown(await textOf(file));
      const reviewBy = new Date(Date.now() + REVIEW_IN_MS).toISOString().slice(0, 10);
      const yaml = draftYaml(read, { id: idOf(id ?? read.id, file), owner, reviewBy });
      const compiled = compileRunbook(yaml, out ?? 'draft', stepKinds);
      if (out === undefined) return say(yaml);
      await writeNew(out, yaml);
      const steps = compiled.kind === 'loaded' ? compiled.runbook.steps.length : 0;
      say(
        `${out}: ${counted(steps, 'step')}, ${counted([...read.phases.keys()].length, 'phase')} found in the document.`,
      );
      if (compiled.kind === 'refused') say(compiled.problems.map(describeProblem).join('\n'));
      say(
        `Next: rekey runbooks lint ${out}. A running \`rekey serve\` takes every file of its runbooks folder that loads, drafts too.`,
      );
    });
};

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Refusal('no_such_file', `${file} cannot be read: ${sentenceOf(cause)}`, { cause });
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    throw new Refusal('file_not_written', `${file} is not overwritten, or cannot be written: ${sentenceOf(cause)}`, {
      cause,
    });
  }
}

function idOf(id: string | null, file: string): string {
  if (id !== null && /^R-[A-Z0-9]+(-[A-Z0-9]+)*$/.test(id)) return id;
  const name = basename(file)
    .replace(/\.[^.]*$/, '')
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  throw new Refusal(
    'no_runbook_id',
    `${id === null ? 'The document names no id such as R-KEY-EXPIRY' : `${id} is no id such as R-KEY-EXPIRY`}. Add for instance: --id R-${name.replace(/^R-/, '') || 'MINE'}`,
  );
}
