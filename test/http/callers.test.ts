import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CALLERS } from '../../src/http/callers.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
// What a person does at an approval, a run or an incident; none of it has an address here.
const NOT_OVER_HTTP =
  /engine\/(keys\/(abandon-sealed|change|claim-owner|extend-expiry|prove-vault|replaced-since|rewrap)|rotations\/(cancel-rotation|in-grace))/;

function codesIn(folder: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(SRC, folder, file), 'utf8');
    for (const [, code = ''] of text.matchAll(/Refusal\(\s*'([a-z_]+)'/g))
      found.set(code, [...(found.get(code) ?? []), `${folder}/${file}`]);
  }
  return found;
}

test('every refusal of the verbs on keys and rotations has a status of its own', () => {
  const thrown = [...codesIn('engine/keys'), ...codesIn('engine/rotations')];
  const missing = thrown.filter(
    ([code, files]) => !Object.hasOwn(CALLERS, code) && !files.every((file) => NOT_OVER_HTTP.test(file)),
  );
  expect(missing).toEqual([]);
});

test('no status is kept for a refusal that nobody makes', () => {
  const source = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('callers.ts'))
    .map((file) => readFileSync(join(SRC, file), 'utf8'))
    .join('\n');
  expect(Object.keys(CALLERS).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
});
