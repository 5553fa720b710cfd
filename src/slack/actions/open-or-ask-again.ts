import type { ModalView } from '@slack/types';
import { Refusal } from '../../errors.ts';
import type { Moment } from '../moment.ts';

/** A press that came in while Rekey was busy has no trigger any more: then nothing happened, and the person is told to press again. */
export async function openOrAskAgain(view: ModalView, moment: Moment, label: string): Promise<void> {
  if (await moment.openModal(view)) return;
  throw pressAgain(label);
}

export function pressAgain(label: string): Refusal {
  return new Refusal(
    'press_again',
    `Your press came in while Rekey was busy, and nothing was answered. Press ${label} again.`,
  );
}
