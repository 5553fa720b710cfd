import { sentenceOf } from '../../errors.ts';
import { type SenderDeps, sendDue } from './send-due.ts';

const LOOK_EVERY_MS = 2_000;

/** Looks for what is due at once, after each recording, and regularly. Returns how to stop; what is in hand is finished first. */
export function startDeliveries(deps: SenderDeps): () => Promise<void> {
  let round: Promise<void> | null = null;
  let isStopped = false;
  const all = async () => {
    while (!isStopped && (await sendDue(deps)) > 0);
  };
  const next = () => {
    if (isStopped) return;
    round ??= all()
      .catch((error: unknown) => deps.log.error({ err: error }, `deliveries: ${sentenceOf(error)}`))
      .finally(() => {
        round = null;
      });
  };
  const stopListening = deps.ledger.onRecorded(next);
  const timer = setInterval(next, LOOK_EVERY_MS);
  next();
  return async () => {
    isStopped = true;
    stopListening();
    clearInterval(timer);
    await round;
  };
}
