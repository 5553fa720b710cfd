import { expect, test, vi } from 'vitest';
import { openAlarm } from '../../src/demo/alarm.ts';

const call = { key: 'key-1', caller: 'payments-worker' };

function anAlarm(taken: boolean) {
  let at = 0;
  const send = vi.fn(async () => taken);
  const alarm = openAlarm({ send, now: () => new Date(at) });
  return {
    send,
    reject: (count: number, everyMs: number, what = call) => {
      for (let one = 0; one < count; one += 1) {
        alarm.rejected(what);
        at += everyMs;
      }
    },
  };
}

test('raises one alert at the fifth rejection within a minute, with when the first was', () => {
  const { send, reject } = anAlarm(true);
  reject(4, 200);
  expect(send).not.toHaveBeenCalled();
  reject(20, 200);
  expect(send.mock.calls).toEqual([[{ key: 'key-1', count: 5, firstSeenAt: new Date(0), caller: 'payments-worker' }]]);
});

test('is silent about a key that is rejected now and then', () => {
  const { send, reject } = anAlarm(true);
  reject(30, 20_000);
  expect(send).not.toHaveBeenCalled();
});

test('counts each key for itself', () => {
  const { send, reject } = anAlarm(true);
  reject(4, 10);
  reject(4, 10, { ...call, key: 'key-2' });
  expect(send).not.toHaveBeenCalled();
});

test('raises it again each minute while that lasts', () => {
  const { send, reject } = anAlarm(true);
  reject(125, 1_000);
  expect(send).toHaveBeenCalledTimes(3);
});

test('sends it again with the next rejection when it was not taken', async () => {
  const { send, reject } = anAlarm(false);
  reject(5, 200);
  await Promise.resolve();
  await Promise.resolve();
  reject(1, 200);
  expect(send).toHaveBeenCalledTimes(2);
});
