import { closeSync, openSync } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';

/** Makes an empty file of mode 0600, so that there is no moment at which others can read what is written into it. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

/** Says how much of `size` bytes has passed, from 0 to 1. */
export function counting(size: number, onDone: (done: number) => void): Transform {
  let passed = 0;
  return new Transform({
    transform: (chunk: Uint8Array, _encoding, next: TransformCallback) => {
      passed += chunk.length;
      onDone(size === 0 ? 1 : passed / size);
      next(null, chunk);
    },
  });
}
