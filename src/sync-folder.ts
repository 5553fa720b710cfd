import { closeSync, constants, fsyncSync, openSync } from 'node:fs';

/** Makes what was created, linked or renamed in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
