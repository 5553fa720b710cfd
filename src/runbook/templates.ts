import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { StepKind } from '../steps/contract.ts';
import type { Finding } from './finding.ts';
import { type LintReport, lintFolder } from './lint.ts';
import { loadRunbooks } from './load.ts';
import type { LoadedRunbook } from './loaded.ts';
import { shownAs, yamlFilesIn } from './read-file.ts';

/** Below the runbooks folder: runbooks to copy up and change. They are never live where they lie. */
const TEMPLATES = 'templates';

/** A runbooks folder as it is when somebody has copied its templates up, beside the other runbooks and under the same policy and connections. */
interface CopiedUp {
  dir: string;
  /** Where the templates themselves lie. */
  templates: string;
  isTemplate: (one: { file: string }) => boolean;
  /** The same, named by where it really lies: `runbooks/templates/R-….yaml`. */
  moved: <One extends { file: string }>(one: One) => One;
}

/** Makes that folder in `scratch`; null where there are no templates. */
export async function copyUp(dir: string, scratch: string): Promise<CopiedUp | null> {
  const templates = join(dir, TEMPLATES);
  if (!existsSync(templates)) return null;
  const names = await yamlFilesIn(templates);
  const to = join(scratch, basename(dir));
  await mkdir(to, { mode: 0o700 });
  for (const name of await yamlFilesIn(dir)) await copyFile(join(dir, name), join(to, name));
  for (const name of names) await copyFile(join(templates, name), join(to, name));
  return {
    dir: to,
    templates,
    isTemplate: ({ file }) => names.includes(basename(file)),
    moved: (one) => ({ ...one, file: join(one.file, '..', TEMPLATES, basename(one.file)) }),
  };
}

/** The templates of a runbooks folder that load, by id. */
export async function loadTemplates(
  dir: string,
  catalogue: readonly StepKind[],
): Promise<ReadonlyMap<string, LoadedRunbook>> {
  return withCopy(dir, new Map<string, LoadedRunbook>(), async ({ dir: copied, isTemplate, moved }) => {
    const { runbooks } = await loadRunbooks(copied, catalogue);
    return new Map([...runbooks].filter(([, one]) => isTemplate(one)).map(([id, one]) => [id, moved(one)]));
  });
}

/** The files of the templates, and what lint would say of them once they are copied up. */
export async function lintTemplates(
  dir: string,
  catalogue: readonly StepKind[],
  now: Date,
): Promise<LintReport & { files: string[]; problems: Finding[] }> {
  const none = { files: [], problems: [], findings: [], accepted: [] };
  return withCopy(dir, none, async ({ dir: copied, templates, isTemplate, moved }) => {
    const report = await lintFolder(copied, catalogue, now);
    const findings = report.findings.filter(isTemplate).map(moved);
    return {
      files: (await yamlFilesIn(templates)).map((name) => shownAs(dir, join(TEMPLATES, name))),
      problems: findings.filter(({ level }) => level === 'error'),
      findings,
      accepted: report.accepted.filter(isTemplate).map(moved),
    };
  });
}

/** Where a file of a runbooks folder or of its templates belongs: that folder, and the name under which problems show the file. */
export function placeOfFile(path: string): { dir: string; shown: string } {
  const below = dirname(path);
  if (basename(below) !== TEMPLATES) return { dir: below, shown: shownAs(below, basename(path)) };
  const dir = dirname(below);
  return { dir, shown: shownAs(dir, join(TEMPLATES, basename(path))) };
}

async function withCopy<T>(dir: string, without: T, work: (copied: CopiedUp) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'rekey-templates-'));
  try {
    const copied = await copyUp(dir, scratch);
    return copied === null ? without : await work(copied);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
