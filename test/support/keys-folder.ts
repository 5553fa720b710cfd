import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A keys folder with these credentials in `connections/`. */
export function aConnectionsFolder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'rekey-connections-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  fillConnections(dir, files);
  return dir;
}

export function fillConnections(keysDir: string, files: Record<string, string>): void {
  mkdirSync(join(keysDir, 'connections'), { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(keysDir, 'connections', name), text, { mode: 0o600 });
}
