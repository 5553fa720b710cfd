import type { Channel } from './channels.ts';
import type { StoredFile } from './files.ts';
import type { Message } from './message.ts';
import type { View } from './view.ts';

/** Everything that can change in the workspace. The page, the snapshot and the Events API all listen here. */
export type Change =
  | { type: 'posted'; message: Message }
  | { type: 'changed'; message: Message; before: Message }
  | { type: 'deleted'; message: Message }
  | { type: 'reaction'; message: Message; name: string; person: string; added: boolean }
  | { type: 'views'; person: string; views: View[] }
  | { type: 'home'; view: View }
  | { type: 'channel'; channel: Channel }
  | { type: 'file'; file: StoredFile };

export interface Changes {
  publish(change: Change): void;
  subscribe(listener: (change: Change) => void): () => void;
}

export function openChanges(): Changes {
  const listeners = new Set<(change: Change) => void>();
  return {
    publish(change) {
      for (const listener of [...listeners]) listener(change);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
