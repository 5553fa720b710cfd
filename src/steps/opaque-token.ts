import type { NewId } from '../domain/ids.ts';

/** What a button carries. Ids are short because people read them; three of them end to end are too many to guess. */
export function opaqueToken(newId: NewId): string {
  return ['t', 't', 't'].map((prefix) => newId(prefix).slice(prefix.length + 1)).join('');
}
