import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDemo } from './demo-child.ts';

const WITHIN_MS = 60_000;

describe('the scripted demo', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'rekey-script-')), 'demo');
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

  test('proves its claims on an empty folder, and again on the used one, each within a minute', async () => {
    for (const folderIs of ['empty', 'used']) {
      const startedAt = Date.now();
      const demo = startDemo('--script', '--json', '--data', folder);
      const code = await demo.exitCode;
      const lines = demo.out().trim().split('\n');
      expect(Date.now() - startedAt, `on the ${folderIs} folder`).toBeLessThan(WITHIN_MS);
      expect(JSON.parse(lines.at(-1) ?? ''), demo.out()).toEqual({
        recovered: true,
        timeToRecoverMs: expect.toSatisfy((ms: number) => ms > 0 && ms < 30_000),
        oldKeyRejected: true,
        auditVerified: true,
        secretsSeen: 0,
        stepsDone: expect.toSatisfy((steps: number) => steps >= 12),
        humanActions: 5,
      });
      expect(demo.out()).toMatch(/to the one who asked: You are not an approver/);
      expect(code).toBe(0);
    }
  }, 130_000);
});
