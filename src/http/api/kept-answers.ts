import { randomId } from '../../random-id.ts';
import { holdsSecret } from '../../scrub.ts';
import { DetailedRefusal, type Report } from '../problem.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps } from './deps.ts';

/** An answer as it goes over the wire. `revealed`: the same with what leaves only now; it is never kept. */
export interface Sent {
  status: number;
  text: string;
  headers?: Record<string, string>;
  revealed?: string;
}

export interface RequestKey {
  /** Of the request's effect, whether or not the caller named it; see Origin.dedupe. */
  dedupe: { source: string; id: string };
  /** The caller's name for it, and what tells it from another request under that name; or null. */
  given: { name: string; hash: string } | null;
}

const WELL_FORMED = /^[\x21-\x7e]{1,128}$/;
const HOUR_MS = 3_600_000;
const KEPT_MS = 24 * HOUR_MS;
// Longer than any request takes: what is still unanswered then was cut off.
const CUT_OFF_MS = 60_000;

/**
 * The effect is remembered for longer than the answer. So it goes by all that was asked: a name that is used for another request after its
 * answer was forgotten would otherwise be taken for the first one, and nothing would be done.
 */
export function requestKeyOf(
  caller: Caller,
  header: string | undefined,
  { endpoint, hashOf }: { endpoint: string; hashOf: () => string },
): RequestKey {
  const source = 'http';
  if (header === undefined) return { dedupe: { source, id: `${caller.token}:${randomId('req')}` }, given: null };
  if (!WELL_FORMED.test(header) || holdsSecret(header))
    throw new DetailedRefusal(
      'bad_request',
      'Idempotency-Key: expected 1 to 128 visible characters without spaces, such as a UUID.',
      { errors: [] },
    );
  const hash = hashOf();
  const id = `${caller.token}:${header}:${endpoint}:${hash}`;
  return { dedupe: { source, id }, given: { name: header, hash } };
}

/**
 * Answers a request that its caller named with what it was answered first; parameters are compared. What failed for reasons of ours is not
 * kept, so that it can be tried again. Refusals `idempotency_mismatch`, `still_running`.
 */
export function keptAnswers({ ledger: { answers }, now }: Pick<ApiDeps, 'ledger' | 'now'>, report: Report) {
  let sweptAt = 0;
  const sweep = async (at: Date) => {
    if (at.getTime() - sweptAt < HOUR_MS) return;
    sweptAt = at.getTime();
    await answers.forgetBegunBefore(new Date(sweptAt - KEPT_MS));
  };
  return async (
    { caller, given }: { caller: Caller; given: NonNullable<RequestKey['given']> },
    work: () => Promise<Sent>,
  ): Promise<Sent> => {
    const at = now();
    await sweep(at);
    const id = { caller: caller.token ?? '', key: given.name };
    const abandonedBefore = new Date(at.getTime() - CUT_OFF_MS);
    const begun = await answers.begin(id, { hash: given.hash, at, abandonedBefore });
    if (begun.kind === 'answered') {
      const { status, body: text } = begun;
      return { status, text, headers: { 'idempotency-replayed': 'true' } };
    }
    if (begun.kind !== 'new') throw refused(begun.kind);
    const sent = await work().catch(async (error: unknown) => {
      await answers.release(id);
      throw error;
    });
    // The effect is there and its secret has left the vault: the caller gets it, also when nothing can be written any more.
    await answers
      .complete(id, { status: sent.status, body: sent.text })
      .catch((error: unknown) => report(error, 'kept answer'));
    return sent;
  };
}

function refused(kind: 'mismatch' | 'running'): DetailedRefusal {
  if (kind === 'mismatch')
    return new DetailedRefusal(
      'idempotency_mismatch',
      'This Idempotency-Key was used for a request with other parameters. Use a new one for a new request.',
      {},
    );
  return new DetailedRefusal(
    'still_running',
    'The first request with this Idempotency-Key is still under way. Ask again in a second.',
    { headers: { 'retry-after': '1' } },
  );
}
