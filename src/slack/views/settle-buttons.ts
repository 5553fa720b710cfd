import type { ActionsBlock } from '@slack/types';
import { actions, button } from '../blocks.ts';

/** Did it happen? The value names the attempt that is asked about, so that an old message answers for no newer one. */
export function settleButtons(block: string, doubt: string): ActionsBlock[] {
  return actions(block, [button({ action: 'settle', token: doubt, label: 'Say what happened', style: 'primary' })]);
}
