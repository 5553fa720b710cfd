import { sentenceOf } from '../../errors.ts';
import { openRounds, type RoundDeps } from './rounds.ts';

const LOOK_EVERY_MS = 2_000;

/** Looks for what is due at once, after each recording, and regularly. Returns how to stop; what is in hand is finished first. */
export function startDeliveries(deps: RoundDeps): () => Promise<void> {
  let going: Promise<void> | null = null;
  let isStopped = false;
  const round = openRounds(deps);
  const all = async () => {
    while (!isStopped) {
      const tried = await round();
      if (tried === 'frozen' || tried === 0) return;
    }
  };
  const next = () => {
    if (isStopped) return;
    going ??= all()
      .catch((error: unknown) => deps.log.error({ err: error }, `deliveries: ${sentenceOf(error)}`))
      .finally(() => {
        going = null;
      });
  };
  const stopListening = deps.ledger.onRecorded(next);
  const timer = setInterval(next, LOOK_EVERY_MS);
  next();
  return async () => {
    isStopped = true;
    stopListening();
    clearInterval(timer);
    await going;
  };
}
