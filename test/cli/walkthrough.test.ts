import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { anInstallationOf } from '../support/cli-people.ts';
import { MAIN } from '../support/installation.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Step {
  command: string;
  prints: string;
}

/** Every command in the page's console blocks, with what stands below it. */
function stepsOf(markdown: string): Step[] {
  const blocks = [...markdown.matchAll(/```console\n(.*?)```/gs)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...lines] = text.trimEnd().split('\n');
        return { command, prints: lines.join('\n') };
      }),
  );
}

/** Ids, hashes and times are of each installation; everything else has to be as it is written, spaces of tables included. */
function alike(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d{3}Z)?/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '<day>')
    .replaceAll(/\b(key|clm|rot|run)-[0-9a-z]{10}\b/g, '$1-<id>')
    .replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{16}(?=…)/g, '<hash>');
}

test('the walk through sixteen keys prints what the page says, command by command (S2-05, S2-32, S2-33)', () => {
  const { folder, env } = anInstallationOf('bob');
  copyFileSync(at('test/fixtures/sixteen-keys/inventory.yaml'), join(folder, 'inventory.yaml'));
  writeFileSync(join(folder, 'rekey'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(join(folder, 'rekey'), 0o755);
  const steps = stepsOf(readFileSync(at('docs/walkthrough-sixteen-keys.md'), 'utf8'));
  expect(steps.length).toBeGreaterThan(20);
  for (const { command, prints } of steps) {
    const said = execFileSync('sh', ['-c', `{ ${command}; } 2>&1 || true`], {
      cwd: folder,
      env: { ...env, PATH: `${folder}:${env.PATH}` },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect({ command, prints: alike(said.trimEnd()) }).toEqual({ command, prints: alike(prints) });
  }
}, 120_000);
