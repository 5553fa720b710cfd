import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { Refusal } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { Sink } from './contract.ts';

const LARGEST = 64 * 1024;

/** A caller's secret file: the secret and a newline, mode 0600, replaced in one step. Only inside the folders of REKEY_FILE_SINK_ROOTS. */
export function fileSink({ roots }: { roots: readonly string[] }): Sink {
  const place = (target: string) => allowedPlace(target, roots);
  const read = async (target: string) => readSecretFile(await place(target));
  return {
    name: 'file',
    check: async (target) => {
      await place(target);
    },
    read,
    deliver: async (target, secret) => {
      await replaceFile(await place(target), secret);
      const back = await read(target);
      if (back?.reveal() !== secret.reveal())
        throw new Error(`${target} does not hold what was written; another program may be writing it.`);
    },
    restore: async (target, previous) => {
      const file = await place(target);
      if (previous === null) await rm(file, { force: true });
      else await replaceFile(file, previous);
    },
  };
}

async function allowedPlace(target: string, roots: readonly string[]): Promise<string> {
  if (!isAbsolute(target))
    throw new Refusal('sink_target', `Expected an absolute path for the file sink; got "${target}".`);
  const folder = await realpath(dirname(target)).catch((cause: unknown) => {
    throw new Refusal('sink_target', `The folder of ${target} does not exist. Create it, writable for Rekey only.`, {
      cause,
    });
  });
  // Checked on the real path: a link inside an allowed folder must not lead out of it.
  const allowed = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
  if (!allowed.some((root) => root !== null && (folder === root || folder.startsWith(root + sep)))) {
    throw new Refusal(
      'sink_target',
      `${target} is outside of the folders that the file sink may write (${roots.join(', ') || 'none'}). Add its folder to REKEY_FILE_SINK_ROOTS if it should be there.`,
    );
  }
  const file = join(folder, basename(target));
  const there = await lstat(file).catch(() => null);
  if (there !== null && !there.isFile())
    throw new Refusal('sink_target', `${target} must be a plain file, not a link, folder or device.`);
  return file;
}

async function readSecretFile(file: string): Promise<Secret | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    if (size > LARGEST)
      throw new Refusal('sink_target', `${file} has ${size} bytes; a secret file has at most ${LARGEST}.`);
    const text = (await handle.readFile('utf8')).trim();
    return text === '' ? null : new Secret(text);
  } finally {
    await handle.close();
  }
}

async function replaceFile(file: string, secret: Secret): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeDurably(beside, secret);
    await rename(beside, file);
    await syncFolder(dirname(file));
  } finally {
    await rm(beside, { force: true });
  }
}

async function writeDurably(file: string, secret: Secret): Promise<void> {
  const handle = await open(
    file,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await handle.writeFile(`${secret.reveal()}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
