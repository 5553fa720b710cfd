import { type ChildProcess, spawn } from 'node:child_process';
import type { QueueOptions } from '../../../src/engine/queue.ts';

/** Returns when the process is inside `advance('run-in-hand')`, which never ends. */
export async function aProcessWithARunInHand(
  options: Pick<QueueOptions, 'url' | 'dataDir' | 'name'>,
): Promise<ChildProcess> {
  const program = `
    import { openQueue } from ${JSON.stringify(new URL('../../../src/engine/queue.ts', import.meta.url).href)};
    const log = { info: () => {}, warn: () => {} };
    const queue = await openQueue({ ...${JSON.stringify(options)}, log, onError: () => {} });
    await queue.work(() => { console.log('in hand'); return new Promise(() => {}); }, { concurrency: 1 });
    await queue.wake('run-in-hand');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the process ended')));
  });
  return child;
}

export async function killed(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
