import { constants } from 'node:fs';
import { access, lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { Refusal, sentenceOf, unrepeated } from '../errors.ts';

export interface FilePlace {
  /** With the real path of its folder, so that a link that changes meanwhile leads nowhere else. */
  file: string;
  /** Whose file it is now, when that is somebody else than this process. */
  owner: { uid: number; gid: number } | null;
}

/** Where `target` really is, or a Refusal that says why the file sink does not write there. */
export async function placeOf(target: string, roots: readonly string[]): Promise<FilePlace> {
  if (!isAbsolute(target) || target !== normalize(target) || target.endsWith(sep) || target.includes('\0'))
    throw refused(
      `Expected an absolute path without "..", doubled slashes or a slash at its end; got ${unrepeated(target)}.`,
    );
  const folder = await realFolder(target);
  if (!(await isInside(folder, roots)))
    throw refused(
      `${target} is outside of the folders that the file sink may write (${roots.join(', ') || 'none'}). Add its folder to REKEY_FILE_SINK_ROOTS if it should be there.`,
    );
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw refused(`Rekey cannot write into ${folder}. Let the user that it runs as write there.`, cause);
  });
  const file = join(folder, basename(target));
  return { file, owner: await ownerOf(file) };
}

async function realFolder(target: string): Promise<string> {
  return realpath(dirname(target)).catch((cause: unknown) => {
    throw refused(
      `The folder of ${target} cannot be used: ${sentenceOf(cause)}. Create it, writable for Rekey only.`,
      cause,
    );
  });
}

/** Asked of real paths: a link inside an allowed folder must not lead out of it. */
async function isInside(folder: string, roots: readonly string[]): Promise<boolean> {
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  return real.some(
    (root) => root !== null && (folder === root || folder.startsWith(root.endsWith(sep) ? root : root + sep)),
  );
}

async function ownerOf(file: string): Promise<FilePlace['owner']> {
  const there = await lstat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (there === null) return null;
  if (!there.isFile()) throw refused(`${file} must be a plain file, not a link, folder, pipe or device.`);
  const [uid, gid] = [process.getuid?.() ?? there.uid, process.getgid?.() ?? there.gid];
  if (there.uid === uid && there.gid === gid) return null;
  if (there.uid === uid || uid === 0) return { uid: there.uid, gid: there.gid };
  throw refused(
    `${file} belongs to user ${there.uid} and Rekey runs as user ${uid}: its caller could not read the new file. Let both run as the same user.`,
  );
}

function refused(sentence: string, cause?: unknown): Refusal {
  return new Refusal('sink_target', sentence, { cause });
}
