import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 30;
const ENOUGH = 20;

/** The status with which the API answers a payment that is made with this key. */
export async function pay(apiUrl: string, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'x-caller': 'somebody-else' };
  const answer = await fetch(`${apiUrl}/v1/payments`, { method: 'POST', headers, signal: AbortSignal.timeout(3_000) });
  return answer.status;
}

/** Somebody who found the key and uses it, until it was refused twenty times in a row. Resolves with the calls that were accepted before. */
export async function steal(apiUrl: string, key: string): Promise<number> {
  let accepted = 0;
  for (let refused = 0; refused < ENOUGH; await pause(EVERY_MS)) {
    // The API may still be starting.
    const status = await pay(apiUrl, key).catch(() => null);
    if (status === 200) accepted += 1;
    refused = status === 401 ? refused + 1 : 0;
  }
  return accepted;
}
