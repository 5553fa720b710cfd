import { setTimeout as pause } from 'node:timers/promises';
import type { IQueueBackend } from 'bullmq';

const RETRY_MS = 250;
const LONGEST_WAIT_SECONDS = 10;

/**
 * Makes a worker's backend bearable while its server is in trouble.
 * BullMQ asks again at once after every error but ECONNREFUSED, so a server that is starting, full or read-only would be asked thousands of
 * times a second; and on PostgreSQL it may sleep for an hour on a connection that died without a word.
 */
export function patient<B extends IQueueBackend>(backend: B): B {
  const moveToActive = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...args) => {
    try {
      return await moveToActive(...args);
    } catch (error) {
      await pause(RETRY_MS);
      throw error;
    }
  };
  return Object.defineProperty(backend, 'maximumBlockTimeout', { value: LONGEST_WAIT_SECONDS });
}
