import { hkdfSync } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openLedger } from '../ledger/ledger.ts';

/** A folder for everything that rehearsals write; nothing is left of it. */
export interface Scratch {
  folder: string;
  /** An empty ledger, key place and report folder for one case. */
  room: (name: string) => Promise<Room>;
}

export interface Room {
  ledgerFile: string;
  /** Where callers of this case read their keys. */
  places: string;
  saveReport: (name: string, text: string) => Promise<string>;
}

export async function withScratch<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-rehearsal-'));
  try {
    const empty = join(folder, 'empty.sqlite');
    const ledger = await openLedger({ file: empty, now: () => new Date(0), durability: 'scratch' });
    await ledger.close();
    return await work({ folder, room: (name) => openRoom(join(folder, name), empty) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openRoom(folder: string, empty: string): Promise<Room> {
  const [places, reports] = [join(folder, 'places'), join(folder, 'reports')];
  for (const one of [folder, places, reports]) await mkdir(one, { mode: 0o700 });
  // A copy of the empty one, because bringing the schema up to date takes longer than most cases.
  const ledgerFile = join(folder, 'ledger.sqlite');
  await copyFile(empty, ledgerFile);
  return {
    ledgerFile,
    places,
    saveReport: async (name, text) => {
      await writeFile(join(reports, basename(name)), text, { mode: 0o600 });
      return basename(name);
    },
  };
}

/** Keys that guard nothing: the same in every case, so that a fingerprint in a message is the same in every run of it. */
export const PLAYED_KEYS = { masterKey: { id: 'rehearse', bytes: bytesOf('master key') }, pepper: bytesOf('pepper') };

/** Bytes that follow from a word, for material that guards nothing. */
export function bytesOf(word: string, count = 32): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', word, 'rehearsal', '', count));
}
