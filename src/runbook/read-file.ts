import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sentenceOf } from '../errors.ts';
import type { Complaint, RunbookProblem } from './problem.ts';
import { MAX_BYTES } from './refuse-lexemes.ts';

export type ReadFile = { kind: 'text'; text: string } | { kind: 'refused'; problem: RunbookProblem };

/**
 * The text of one file of the runbook directory. Follows no link and opens no pipe or device, so that a file name cannot make Rekey
 * read something else; reads one byte more than is allowed and not a gigabyte.
 */
export async function readRunbookFile(dir: string, name: string): Promise<ReadFile> {
  const file = shownAs(dir, name);
  const handle = await open(join(dir, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => sentenceOf(error),
  );
  if (typeof handle === 'string')
    return refuse(file, {
      expected: 'a file that can be read',
      got: REASONS[handle.split(':')[0] ?? ''] ?? handle,
      fix: `write ${name} into this directory`,
    });
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      return refuse(file, { expected: 'an ordinary file', got: 'something else', fix: 'remove it or write a file' });
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return decode(file, buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

const REASONS: Record<string, string> = {
  ELOOP: 'a symbolic link',
  ENOENT: 'no such file',
  EACCES: 'a file that Rekey may not read',
  ENXIO: 'a socket or pipe',
};

function decode(file: string, bytes: Uint8Array): ReadFile {
  const shortened = bytes.length > MAX_BYTES;
  if (shortened)
    return refuse(file, {
      expected: `at most ${MAX_BYTES / 1024} KB`,
      got: 'more than that',
      fix: 'write two runbooks, one of which starts the other',
    });
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return refuse(file, { expected: 'text in UTF-8', got: 'other bytes', fix: 'write the file as UTF-8' });
  }
}

function refuse(file: string, complaint: Complaint): ReadFile {
  return { kind: 'refused', problem: { file, line: 1, column: 1, path: '', ...complaint } };
}

/** Names of the YAML files in a directory, sorted; hidden files and subdirectories are left out. */
export async function yamlFilesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory() && /^[^.].*\.ya?ml$/.test(entry.name));
  return names.map((entry) => entry.name).sort();
}

/** How a file is called in messages: `runbooks/R-KEY-EXPIRY.yaml`, wherever the directory lies. */
export function shownAs(dir: string, name: string): string {
  return `${basename(dir)}/${name}`;
}
