import { z } from 'zod';
import type { Secret } from '../secret.ts';

const Answer = z.object({ status: z.string(), id: z.string().optional() });
export type Verdict = z.infer<typeof Answer> | { status: 'unknown'; id?: never };

/** Asks Rekey whether a key may be used. `unknown` means that it could not be asked: the API then refuses, it does not guess. */
export function openVerifier({
  url,
  keyOf,
}: {
  url: string;
  keyOf: () => Secret;
}): (material: Secret, caller: string) => Promise<Verdict> {
  return async (material, caller) => {
    try {
      const headers = { authorization: `Bearer ${keyOf().reveal()}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ key: material.reveal(), caller });
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(2_000) });
      return answer.ok ? Answer.parse(await answer.json()) : { status: 'unknown' };
    } catch {
      return { status: 'unknown' };
    }
  };
}
