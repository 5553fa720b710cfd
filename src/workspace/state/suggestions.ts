import { type Json, textOf } from '../json.ts';

/** The options the app offered for an external menu while somebody typed: a later choice is one of these. */
export interface Suggestions {
  remember(person: string, actionId: string, options: readonly Json[]): void;
  offered(person: string, actionId: string): Json[];
}

export function openSuggestions(): Suggestions {
  const known = new Map<string, Map<string, Json>>();
  const keyOf = (person: string, actionId: string) => `${person} ${actionId}`;
  return {
    remember(person, actionId, options) {
      const key = keyOf(person, actionId);
      const all = known.get(key) ?? new Map<string, Json>();
      for (const option of options) all.set(textOf(option.value) ?? '', option);
      known.set(key, all);
    },
    offered: (person, actionId) => [...(known.get(keyOf(person, actionId))?.values() ?? [])],
  };
}
