import type { Json } from '../json.ts';

const KEPT_POINTS = 1_000;

/** Figures from outside the workspace, shown live beside the messages. */
export interface Panels {
  publish(id: string, point: Json): void;
  all(): { id: string; title: string; points: Json[] }[];
  subscribe(listener: (id: string, point: Json) => void): () => void;
}

export function openPanels(declared: readonly { id: string; title: string }[]): Panels {
  const points = new Map<string, Json[]>(declared.map(({ id }) => [id, []]));
  const listeners = new Set<(id: string, point: Json) => void>();
  return {
    publish(id, point) {
      const known = points.get(id);
      if (!known) throw new Error(`There is no panel ${id}; declared are: ${[...points.keys()].join(', ') || 'none'}.`);
      known.push(point);
      if (known.length > KEPT_POINTS) known.shift();
      for (const listener of listeners) listener(id, point);
    },
    all: () => declared.map(({ id, title }) => ({ id, title, points: [...(points.get(id) ?? [])] })),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
