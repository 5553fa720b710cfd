import { open } from 'node:fs/promises';
import { Refusal, sentenceOf } from '../errors.ts';

/** A new file that only its owner can read. Refusal `file_there`: nothing is overwritten. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new Refusal(
      isThere ? 'file_there' : 'file_not_written',
      isThere ? `${file} is there already and is not overwritten.` : `Cannot write ${file}: ${sentenceOf(cause)}.`,
      { cause },
    );
  }
}
