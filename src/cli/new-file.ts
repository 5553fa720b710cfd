import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { Refusal, sentenceOf } from '../errors.ts';
import { writePrivateFile } from '../providers/private-file.ts';

/** A file that only its owner can read, and that was not there: nothing is overwritten. Refusal `file_there`. */
export function writeNewFile(file: string, text: string): void {
  if (existsSync(file)) throw new Refusal('file_there', `${file} is there already and is not overwritten.`);
  try {
    writePrivateFile(file, text);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal('file_not_written', `Cannot write ${file}: ${sentenceOf(cause)}.`, { cause });
  }
}

export interface Reserved {
  write: (text: string) => void;
  giveBack: () => void;
}

/** Makes the file before there is something to write, for what can be had only once: a wrong name is found while nothing is lost. */
export function reserveFile(file: string): Reserved {
  writeNewFile(file, '');
  return {
    write: (text) => writeFileSync(file, text, { flag: 'r+', flush: true }),
    giveBack: () => rmSync(file, { force: true }),
  };
}
