import { Refusal } from '../errors.ts';
import { LedgerTrouble } from '../ledger/trouble.ts';
import type { EngineDeps } from './deps.ts';
import type { Origin } from './engine.ts';

/** Lets a Refusal through, after an audit line that says who was refused what and why: the refused transaction left none. */
export async function auditRefusal<T>(
  deps: Pick<EngineDeps, 'ledger' | 'now' | 'log'>,
  { origin, what }: { origin: Origin; what: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A ledger in trouble refused nobody, and could not write it down either.
    if (!(error instanceof Refusal) || error instanceof LedgerTrouble) throw error;
    const refused = { type: 'request_refused', what, code: error.code, sentence: error.message } as const;
    await deps.ledger
      .record({ at: deps.now(), actor: origin.actor, channel: origin.channel }, async () => ({
        events: [refused],
        result: undefined,
      }))
      // Nothing was changed, so the person gets the reason in any case.
      .catch((cause) => deps.log.error({ err: cause, what }, 'a refusal could not be audited'));
    throw error;
  }
}
