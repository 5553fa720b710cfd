import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NoticeTemplate } from '../../domain/notice-template.ts';
import { Refusal } from '../../errors.ts';
import { describeProblem, type RunbookProblem } from '../problem.ts';
import { readRunbookFile } from '../read-file.ts';
import { listed, suggestion } from '../suggest.ts';
import { type ReadTemplate, readTemplate, type UnreviewedTemplate } from './read-template.ts';

const FOLDER = 'notices';
const FILE = /^([a-z0-9][a-z0-9-]{0,62})\.md$/;

export interface FoundTemplate {
  name: string;
  file: string;
  read: ReadTemplate;
}

/** Every template of `notices/` below the runbooks, by name; none where there is no such folder. */
export async function findTemplates(dir: string): Promise<FoundTemplate[]> {
  const entries = await readdir(join(dir, FOLDER)).catch(() => []);
  const names = entries.flatMap((entry) => FILE.exec(entry)?.[1] ?? []).sort();
  return Promise.all(names.map((name) => findTemplate(dir, name)));
}

async function findTemplate(dir: string, name: string): Promise<FoundTemplate> {
  const file = `${FOLDER}/${name}.md`;
  const text = await readRunbookFile(join(dir, FOLDER), `${name}.md`);
  if (text.kind === 'text') return { name, file, read: readTemplate(name, text.text, file) };
  return { name, file, read: { kind: 'refused', problems: [{ ...text.problem, file }] } };
}

/**
 * A template that may be sent: right, and read by somebody who puts their name to it. Refusal `unknown_template`, `bad_template` or
 * `unreviewed_template`.
 */
export async function loadTemplate(dir: string, name: string): Promise<NoticeTemplate> {
  const templates = await findTemplates(dir);
  const found = templates.find((one) => one.name === name);
  if (found === undefined) {
    const known = templates.map((one) => one.name);
    throw new Refusal(
      'unknown_template',
      `There is no template notices/${name}.md among ${listed(known)}; ${suggestion(name, known)}.`,
    );
  }
  if (found.read.kind === 'refused') throw new Refusal('bad_template', `${sentences(found.read.problems)}.`);
  return reviewed(found.read.template, found.file);
}

function reviewed(template: NoticeTemplate | UnreviewedTemplate, file: string): NoticeTemplate {
  const { reviewedBy, reviewedAt } = template;
  if (reviewedBy !== null && reviewedAt !== null) return { ...template, reviewedBy, reviewedAt };
  throw new Refusal(
    'unreviewed_template',
    `${file} says of nobody that they have read it. Add \`reviewed_by\` and \`reviewed_at\` once somebody has.`,
  );
}

function sentences(problems: readonly RunbookProblem[]): string {
  return problems.slice(0, 3).map(describeProblem).join('. ');
}
