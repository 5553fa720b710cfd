import type { KnownBlock } from '@slack/types';
import { actions, button } from '../../blocks.ts';

/** What a person can begin here; each opens what the command opens. */
export type Doing = 'rotate' | 'leak' | 'incident' | 'runbooks' | 'code';

export const HOME_DO = 'home_do';

const LABELS: Record<Doing, string> = {
  rotate: 'Replace a key',
  leak: 'Report a leak',
  incident: 'Declare an incident',
  runbooks: 'Runbooks',
  code: 'Set up my codes',
};

export function doingButtons(doing: readonly Doing[]): KnownBlock[] {
  const buttons = doing.map((one) =>
    button({
      action: `${HOME_DO}_${one}`,
      token: one,
      label: LABELS[one],
      ...(one === 'leak' && { style: 'danger' as const }),
    }),
  );
  return actions('home-do', buttons);
}
