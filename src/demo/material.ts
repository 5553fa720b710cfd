import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Layout } from './layout.ts';

/** Every value that the world's secret files have held, by a name that may be printed: what the scan looks for at the end. */
export interface Material {
  secrets: ReadonlyMap<string, string>;
  /** What the caller's file held first. */
  first: string;
  stop: () => void;
}

export function collectMaterial(layout: Layout): Material {
  const secrets = new Map([
    ['bot token', layout.tokens.bot],
    ['app token', layout.tokens.app],
    ['hook secret', read(layout.hookSecretFile)],
    ['verifier key', read(layout.verifierKeyFile)],
  ]);
  const look = () => {
    const value = read(layout.callerKeyFile);
    if (value !== '' && ![...secrets.values()].includes(value)) secrets.set(`caller key ${secrets.size - 3}`, value);
  };
  look();
  const first = read(layout.callerKeyFile);
  // The file is replaced by a rename, so the folder is watched and not the file.
  const watcher = watch(dirname(layout.callerKeyFile), (_event, name) => {
    if (name === basename(layout.callerKeyFile)) look();
  });
  return { secrets, first, stop: () => watcher.close() };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
