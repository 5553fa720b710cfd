import { watch } from 'node:fs';

const SETTLE_MS = 200;

/** Calls `onChange` shortly after files of the folder have changed; an editor's several writes are one change. Returns how to stop. */
export function watchFolder(dir: string, onChange: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(dir, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void onChange(), SETTLE_MS);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
