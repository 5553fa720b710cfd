import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refusal } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { Sink } from './contract.ts';
import { type FilePlace, placeOf } from './file-place.ts';

const LARGEST = 64 * 1024;

/**
 * A caller's secret file: exactly the secret and a newline, mode 0600, replaced in one step. Only inside the folders of
 * REKEY_FILE_SINK_ROOTS.
 */
export function fileSink({ roots }: { roots: readonly string[] }): Sink {
  const inTurn = turns();
  const read = async (target: string) => readSecretFile(await placeOf(target, roots));
  return {
    name: 'file',
    check: async (target) => assertAlone(target, await read(target)),
    read,
    deliver: async (target, secret, signal) => {
      const place = await placeOf(target, roots);
      assertAlone(target, await readSecretFile(place));
      await inTurn(place.file, () => replaceFile(place, secret, goingOn(signal)));
      const back = await read(target);
      if (back?.reveal() !== secret.reveal())
        throw new Error(`${target} does not hold what was written; another program may be writing it.`);
    },
    restore: async (target, { previous, isOurs }, signal) => {
      const place = await placeOf(target, roots);
      const isStillOurs = async () => {
        const there = await readSecretFile(place);
        signal.throwIfAborted();
        return there !== null && isOurs(there);
      };
      return inTurn(place.file, async () => {
        if (!(await isStillOurs())) return false;
        if (previous !== null) return replaceFile(place, previous, isStillOurs);
        await removeFile(place);
        return true;
      });
    },
  };
}

/** One writer of a file at a time in this process: what was looked at is still there when it is written over. */
function turns(): <T>(file: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (file, work) => {
    const mine = (last.get(file) ?? Promise.resolve()).then(work);
    const ended = mine
      .catch(() => {})
      .then(() => {
        if (last.get(file) === ended) last.delete(file);
      });
    last.set(file, ended);
    return mine;
  };
}

async function readSecretFile({ file }: FilePlace): Promise<Secret | null> {
  // O_NONBLOCK, because a pipe that took the file's place meanwhile would otherwise wait for its writer for ever.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    nullIfMissing,
  );
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    if (size > LARGEST)
      throw new Refusal('sink_target', `${file} has ${size} bytes; a secret file has at most ${LARGEST}.`);
    const text = (await handle.readFile('utf8')).replace(/\r?\n$/, '');
    return text === '' ? null : new Secret(text);
  } finally {
    await handle.close();
  }
}

// An environment file or a JSON document would lose everything else in it.
function assertAlone(target: string, there: Secret | null): void {
  const lines = there?.reveal().split('\n').length ?? 0;
  if (lines <= 1) return;
  throw new Refusal(
    'sink_target',
    `${target} has ${lines} lines; the file sink writes the secret alone and would overwrite the rest. Give the secret a file of its own.`,
  );
}

function goingOn(signal: AbortSignal): () => Promise<boolean> {
  return async () => {
    signal.throwIfAborted();
    return true;
  };
}

/** `mayReplace` is asked last of all, because another process may have written it while this one was writing beside it. */
async function replaceFile(place: FilePlace, secret: Secret, mayReplace: () => Promise<boolean>): Promise<boolean> {
  const beside = besideOf(place);
  // Left by a crash, it holds a secret; its name is always the same, so that there is never more than one.
  await rm(beside, { force: true });
  try {
    await writeDurably(beside, `${secret.reveal()}\n`, place.owner);
    if (!(await mayReplace())) return false;
    await rename(beside, place.file);
    await syncFolder(dirname(place.file));
    return true;
  } finally {
    await rm(beside, { force: true });
  }
}

async function removeFile(place: FilePlace): Promise<void> {
  await rm(besideOf(place), { force: true });
  await rm(place.file, { force: true });
  await syncFolder(dirname(place.file));
}

function besideOf({ file }: FilePlace): string {
  return join(dirname(file), `.${basename(file)}.rekey-new`);
}

async function writeDurably(file: string, content: string, owner: FilePlace['owner']): Promise<void> {
  const create = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(file, create, 0o600);
  try {
    // The caller has to be able to read the new file as it read the old one.
    if (owner !== null) await handle.chown(owner.uid, owner.gid);
    await handle.writeFile(content);
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

function nullIfMissing(error: unknown): FileHandle | null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
