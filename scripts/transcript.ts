import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Runs the scripted demo in an empty folder and puts what it printed between the transcript marks of README.md. Nothing is changed in it
// but the ids and the fingerprint, which mean nothing to a reader.
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MARKED = /(<!-- transcript -->\n)[\s\S]*(<!-- \/transcript -->)/;

const folder = mkdtempSync(join(tmpdir(), 'rekey-transcript-'));
const args = [join(ROOT, 'src/main.ts'), 'demo', '--script', '--json', '--data', join(folder, 'demo')];
const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
rmSync(folder, { recursive: true, force: true });

if (status === 0) {
  const file = join(ROOT, 'README.md');
  const block = `\`\`\`text\n${steady(stdout).trim()}\n\`\`\`\n`;
  const before = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    before.replace(MARKED, (_all, begin: string, end: string) => `${begin}${block}${end}`),
  );
} else {
  process.stderr.write(`The scripted demo ended with ${status}; README.md stays as it is.\n${stdout}${stderr}`);
  process.exitCode = 1;
}

function steady(text: string): string {
  return text
    .replace(/\b(run|inc|apr|ask|ntc)-[a-z0-9]{10}\b/g, '$1-4k9x2m7qpd')
    .replace(/fingerprint [0-9a-f]{12}/g, 'fingerprint 5f0c1b7e92ad');
}
