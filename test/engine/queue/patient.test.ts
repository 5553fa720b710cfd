import type { IQueueBackend } from 'bullmq';
import { expect, test } from 'vitest';
import { patient } from '../../../src/engine/queue/patient.ts';

test('a worker whose backend refuses is told so after a pause, not thousands of times a second', async () => {
  let asked = 0;
  const refusing: Pick<IQueueBackend, 'moveToActive'> = {
    moveToActive: async () => {
      asked += 1;
      throw new Error('the database system is starting up');
    },
  };
  const backend = patient(refusing as IQueueBackend);

  const started = performance.now();
  await expect(backend.moveToActive('token')).rejects.toThrow('starting up');

  expect(performance.now() - started).toBeGreaterThan(200);
  expect(asked).toBe(1);
});

test('a worker never sleeps for longer than 10 s on a connection that may be dead', () => {
  const sleepy = { moveToActive: async () => [], maximumBlockTimeout: 3_600 } as unknown as IQueueBackend;

  expect(patient(sleepy).maximumBlockTimeout).toBe(10);
});
