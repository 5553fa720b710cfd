import { isMainThread } from 'node:worker_threads';

// Loaded before each program of the demo. The demo holds our standard input open; when it is gone, even by kill -9, so are we. A worker
// thread loads it too, and its own standard input is empty from the start.
if (isMainThread) {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
  // Watching must not keep a program alive that has nothing else to do.
  if ('unref' in process.stdin && typeof process.stdin.unref === 'function') process.stdin.unref();
}
