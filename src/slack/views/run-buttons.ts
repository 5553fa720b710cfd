import type { Button } from '@slack/types';
import type { Possible } from '../../domain/run-verbs.ts';
import { button } from '../blocks.ts';

const MOST = 5;

/**
 * What this moment allows, the most pressing first, and at most five; the details have a place for the rest. Whoever presses is asked for
 * then.
 */
export function runButtons({
  id,
  possible,
  canTakeOver,
  doubt,
}: {
  id: string;
  possible: Possible;
  canTakeOver: boolean;
  /** Which doubt the message asks about; null when nothing is in doubt. */
  doubt: string | null;
}): Button[] {
  const { retry, resume, pause, skip, cancel } = possible;
  const ranked: (Button | false)[] = [
    doubt !== null && button({ action: 'settle', token: doubt, label: 'Say what happened', style: 'primary' }),
    retry.length > 0 && button({ action: 'retry_run', token: id, label: 'Retry', style: 'primary' }),
    resume && button({ action: 'resume_run', token: id, label: 'Resume', style: 'primary' }),
    canTakeOver && button({ action: 'take_over', token: id, label: 'Take over' }),
    cancel && button({ action: 'cancel_run', token: id, label: 'Cancel…', style: 'danger' }),
    pause && button({ action: 'pause_run', token: id, label: 'Pause' }),
    skip.length > 0 && button({ action: 'skip_run', token: id, label: 'Skip…' }),
  ];
  const offered = ranked.filter((one) => one !== false).slice(0, MOST - 1);
  return [button({ action: 'run_details', token: id, label: 'Details' }), ...offered];
}
