import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { ChainPlace } from './audit-chain.ts';
import type { Apart, FileVerdict } from './verify-file.ts';

const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('checked'), place: z.object({ seq: z.number(), hash: z.string() }), of: z.number() }),
  z.object({
    kind: z.literal('verdict'),
    verdict: z.discriminatedUnion('whole', [
      z.object({ whole: z.literal(true), lines: z.number(), head: z.string() }),
      z.object({ whole: z.literal(false), why: z.string() }),
    ]),
  }),
]);

/**
 * verifyFile in a thread of its own: an integrity check cannot be interrupted, and would hold up everybody that this process serves. Null
 * when it was stopped.
 */
export async function verifyApart(
  apart: Apart,
  { signal, onChecked }: { signal?: AbortSignal; onChecked?: (place: ChainPlace, of: number) => void },
): Promise<FileVerdict | null> {
  const worker = new Worker(new URL('./verify-worker.ts', import.meta.url), { workerData: apart });
  const ended = new Promise<FileVerdict | null>((resolve, reject) => {
    worker.on('message', (message: unknown) => {
      const parsed = Message.parse(message);
      if (parsed.kind === 'checked') onChecked?.(parsed.place, parsed.of);
      else resolve(parsed.verdict);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(null));
    signal?.addEventListener('abort', () => resolve(null), { once: true });
  });
  try {
    return await ended;
  } finally {
    await worker.terminate();
  }
}
