import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckpointSigner, checkpointLine, signCheckpoint } from './checkpoint.ts';
import type { Ledger } from './ledger.ts';

export interface CheckpointOptions {
  signer: CheckpointSigner;
  now: () => Date;
  /** Each gets every checkpoint; the best second one is on another machine's disk. */
  folders: readonly string[];
  /** A folder that is away, or an audit that is broken: tried again within the hour. */
  onError: (error: unknown) => void;
}

const LOOK_EVERY_MS = 3_600_000;

/** Writes a signed checkpoint into each folder at once and then every day (UTC), one file a day. Returns how to stop. */
export function startCheckpoints(
  ledger: Pick<Ledger, 'record' | 'verifyTail'>,
  options: CheckpointOptions,
): () => Promise<void> {
  let looking = Promise.resolve();
  const look = () => {
    looking = looking.then(() => writeCheckpoints(ledger, options)).catch(options.onError);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  look();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/** Today's checkpoint in each folder that does not have it. What is in one already is copied, so that all say the same. */
export async function writeCheckpoints(
  ledger: Pick<Ledger, 'record' | 'verifyTail'>,
  { signer, now, folders, onError }: CheckpointOptions,
): Promise<void> {
  const at = now();
  const files = folders.map((folder) => ({ folder, file: join(folder, `${at.toISOString().slice(0, 10)}.json`) }));
  const missing = files.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return;
  const there = files.find(({ file }) => existsSync(file));
  const by = { at, actor: 'system:audit', channel: 'engine' } as const;
  const line =
    there === undefined ? checkpointLine(await signCheckpoint(ledger, signer, by)) : await readFile(there.file, 'utf8');
  for (const { folder, file } of missing) await writeWhole(folder, file, line).catch(onError);
}

async function writeWhole(folder: string, file: string, line: string): Promise<void> {
  // The folder itself and none above it: where another disk should be mounted and is not, nothing is made.
  if (!existsSync(folder)) await mkdir(folder, { mode: 0o700 });
  const half = `${file}.${process.pid}`;
  const handle = await open(half, 'w', 0o600);
  try {
    await handle.writeFile(line);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(half, file);
}
