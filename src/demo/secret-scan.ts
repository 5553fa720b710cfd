import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { encodingsOf } from '../scrub.ts';

export interface Sighting {
  where: string;
  /** First characters of the secret's name, never of the secret. */
  what: string;
}

/** Looks for secrets, raw and encoded, wherever they must not be. */
export function secretScan(secrets: ReadonlyMap<string, string>) {
  const needles = [...secrets].flatMap(([what, secret]) =>
    encodingsOf(secret).map((form) => ({ what, bytes: Buffer.from(form) })),
  );
  const inBytes = (where: string, bytes: Buffer): Sighting[] => {
    const seen = new Set(needles.filter((needle) => bytes.includes(needle.bytes)).map((needle) => needle.what));
    return [...seen].map((what) => ({ where, what }));
  };
  const inFile = (file: string) => inBytes(file, readFileSync(file));
  return {
    inText: (where: string, text: string) => inBytes(where, Buffer.from(text)),
    /** Every file below a folder, as raw bytes: database pages, write-ahead logs, queue files, reports. */
    inFolder: (folder: string, except: readonly string[] = []) =>
      filesBelow(folder)
        .filter((file) => !except.some((one) => file.startsWith(one)))
        .flatMap(inFile),
    /** The arguments of running processes, where the system shows them. */
    inArguments: (pids: readonly number[]) =>
      pids.flatMap((pid) => (existsSync(`/proc/${pid}/cmdline`) ? inFile(`/proc/${pid}/cmdline`) : [])),
  };
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (stat.isDirectory()) return filesBelow(path);
    return stat.isFile() ? [path] : [];
  });
}
