import type { ModalView } from '@slack/types';
import { LIMITS } from './limits.ts';

/** Where a modal was asked for. */
export interface PressedAt {
  channel: string;
  thread: string | null;
}

/**
 * Slack does not say with a submission where the modal was opened, so that stands in the first line of what the modal keeps, before what its
 * form keeps there. A modal that has no room for it is answered in a direct message.
 */
export function openedAt(view: ModalView, at: PressedAt | null): ModalView {
  if (at === null) return view;
  const metadata = `at ${at.channel} ${at.thread ?? '-'}\n${view.private_metadata ?? ''}`;
  return metadata.length > LIMITS.privateMetadata ? view : { ...view, private_metadata: metadata };
}

/** Both parts of what a modal kept; one that was opened by an older Rekey, or in App Home, does not say where. */
export function whereOpened(kept: string): { at: PressedAt | null; metadata: string } {
  const [first, channel, thread] = /^at ([CDG][A-Z0-9]+) (-|[0-9.]+)\n/.exec(kept) ?? [];
  if (first === undefined || channel === undefined) return { at: null, metadata: kept };
  const at = { channel, thread: thread === undefined || thread === '-' ? null : thread };
  return { at, metadata: kept.slice(first.length) };
}
