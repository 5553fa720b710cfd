import { distance } from 'fastest-levenshtein';

/** The known word that was probably meant, or null when none is close enough to be a typo. */
export function didYouMean(word: string, known: readonly string[]): string | null {
  if (word.length > 64) return null;
  const lower = word.toLowerCase();
  const distances = known.map((one) => ({ one, away: distance(lower, one.toLowerCase()) }));
  const nearest = distances.sort((a, b) => a.away - b.away)[0];
  if (nearest === undefined) return null;
  return nearest.away <= Math.max(2, Math.floor(nearest.one.length / 3)) ? nearest.one : null;
}

/** "did you mean `bob`? write `bob`" when a known word is close, else what there is to choose from. */
export function suggestion(word: string, known: readonly string[]): string {
  const meant = didYouMean(word, known);
  if (meant !== null) return `did you mean \`${meant}\`? write \`${meant}\``;
  if (known.length > 4) return 'write one of them';
  return known.length === 0 ? 'remove it' : `write ${listed(known)}`;
}

/** `a`, `b` or `c` */
export function listed(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  const last = quoted.at(-1) ?? 'nothing';
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(', ')} or ${last}`;
}
