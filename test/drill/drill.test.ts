import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { drill } from '../../src/drill/drill.ts';
import { stepKinds } from '../../src/steps/index.ts';

const RUNBOOKS = fileURLToPath(new URL('../../runbooks', import.meta.url));
const LONGEST_MS = 240_000;

const options = (wanted: string[], stop = new AbortController().signal) => {
  const story: string[] = [];
  const say = (line: string) => void story.push(line);
  const common = { runbooksDir: RUNBOOKS, catalogue: stepKinds, runbook: 'R-KEY-EXPIRY', keep: false };
  return { story, options: { ...common, wanted, stop, say } };
};

const scratch = () => readdirSync(tmpdir()).filter((name) => name.startsWith('rekey-drill-'));

test('an expired key is replaced for real, also when its place cannot be written at first', {
  timeout: LONGEST_MS,
}, async () => {
  const { story, options: two } = options(['calm', 'F1']);
  const report = await drill(two);
  expect(report.results.flatMap(({ problems }) => problems)).toEqual([]);
  expect(report.results.map(({ scenario, passed }) => [scenario.id, passed])).toEqual([
    ['calm', true],
    ['F1', true],
  ]);
  expect(report.passed).toBe(true);
  expect(report.recoverMs).toBeGreaterThan(10 * 60_000);
  const [calm, failed] = report.results.map(({ measures }) => new Map(measures.map((one) => [one.id, one.verdict])));
  expect(Object.fromEntries(calm ?? [])).toMatchObject({ M1: 'met', M3: 'met', M6: 'met', M7: 'met', M9: 'met' });
  // Nothing was revoked that still worked, so nobody can say how fast that would have been seen.
  expect(calm?.get('M5')).toBe('not_measurable');
  expect(failed?.get('M6')).toBe('missed');
  expect(failed?.get('M10')).toBe('met');
  expect(story.join('\n')).toMatch(/carol +approves: .*Recover payments-prod/);
});

test('a drill that is stopped leaves nothing behind', { timeout: LONGEST_MS }, async () => {
  const before = scratch();
  const stop = new AbortController();
  const { options: one } = options(['calm'], stop.signal);
  const say = (line: string) => {
    if (line.includes('is ready')) stop.abort();
  };
  await expect(drill({ ...one, say })).rejects.toThrow();
  expect(scratch().filter((name) => !before.includes(name))).toEqual([]);
});

test('a scenario or runbook that is not there is named, with what there is', async () => {
  await expect(drill(options(['F11']).options)).rejects.toThrow('There is no scenario F11');
  await expect(drill({ ...options(['calm']).options, runbook: 'R-NOTHING' })).rejects.toThrow('R-KEY-EXPIRY');
});
