import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { backendOf } from '../../../src/engine/queue/backends.ts';
import { Refusal } from '../../../src/errors.ts';

const log = { info: () => {}, warn: () => {} };
const backendAt = (url?: string) => backendOf({ url, dataDir: 'data', name: 'rekey', log });

describe('QUEUE_URL', () => {
  test.each([
    [undefined, 'embedded', 'data/queue'],
    ['redis://127.0.0.1', 'redis', '127.0.0.1:6379'],
    ['rediss://user:hunter2@queue.example:7000/3', 'redis', 'queue.example:7000'],
    ['REDIS://queue.example', 'redis', 'queue.example:6379'],
    ['postgres://user:hunter2@db.example/rekey', 'postgres', 'db.example:5432'],
    ['postgresql://db.example:6000/rekey', 'postgres', 'db.example:6000'],
    ['postgres://user:hunter2@/rekey?host=/run/postgresql', 'postgres', 'localhost:5432'],
  ])('%s is the %s queue at %s', (url, kind, place) => {
    expect(backendAt(url)).toMatchObject({ kind, place });
  });

  test.each(['amqp://user:hunter2@host', 'hunter2@host:6379', '', 'redis://user:hunter2@ho st', 'redis:/hunter2'])(
    '%s is refused with what was expected, and without a password',
    (url) => {
      const refusal = thrownBy(() => backendAt(url));

      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal).toMatchObject({
        code: 'queue_url',
        message: expect.stringContaining('redis://, rediss:// or postgres://'),
      });
      expect(inspect(refusal, { depth: Infinity, showHidden: true })).not.toContain('hunter2');
    },
  );
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
