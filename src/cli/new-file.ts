import { existsSync } from 'node:fs';
import { Refusal } from '../errors.ts';
import { writePrivateFile } from '../providers/private-file.ts';

/** A file that only its owner can read, and that was not there: nothing is overwritten. Refusal `file_there`. */
export function writeNewFile(file: string, text: string): void {
  assertNotThere(file);
  writePrivateFile(file, text);
}

/** For whoever wants to know before there is something to write. */
export function assertNotThere(file: string): void {
  if (existsSync(file)) throw new Refusal('file_there', `${file} is there already and is not overwritten.`);
}
