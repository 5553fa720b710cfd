import type { AuditEntry } from './event.ts';
import { toldBy } from './timeline.ts';
import type { Told } from './told.ts';

/**
 * Where a statement of the summary comes from: a line of the audit, a row that the audit does not hold (`usage:…`, `digest:…`, `setting:…`), or
 * a look through all lines of the incident that found nothing.
 */
export type Source =
  | { kind: 'line'; seq: number }
  | { kind: 'row'; row: string }
  | { kind: 'none_in'; lines: number; from: number; to: number };

/** Never empty: what nobody wrote down is not stated. */
export type Sources = readonly [Source, ...Source[]];

export interface Statement {
  words: string;
  sources: Sources;
}

/** The lines of one incident, by which everything that is said of it is proven. */
export interface Trail {
  /** The lines that tell of this. */
  of: <Type extends Told['type']>(
    type: Type,
    test?: (event: Extract<Told, { type: Type }>, entry: AuditEntry) => boolean,
  ) => Source[];
  /** They were looked through and say nothing of it. */
  none: Source;
}

export function trailOf(entries: readonly AuditEntry[]): Trail {
  const told = entries.map((entry) => ({ entry, event: toldBy(entry) }));
  const seqs = entries.map(({ seq }) => seq);
  const edge = (pick: (a: number, b: number) => number) => (seqs.length === 0 ? 0 : seqs.reduce((a, b) => pick(a, b)));
  return {
    of: (type, test = () => true) =>
      told.flatMap(({ entry, event }) => {
        const isIt = isOfType(event, type) && test(event, entry);
        return isIt ? [{ kind: 'line' as const, seq: entry.seq }] : [];
      }),
    none: { kind: 'none_in', lines: entries.length, from: edge(Math.min), to: edge(Math.max) },
  };
}

function isOfType<Type extends Told['type']>(event: Told, type: Type): event is Extract<Told, { type: Type }> {
  return event.type === type;
}

/** What was found; where that is nothing, that all lines were looked through. A source that is named twice is given once. */
export function cite(trail: Trail, ...found: readonly Source[]): Sources {
  const [first = trail.none, ...rest] = [...new Map(found.map((source) => [sourceText(source), source])).values()];
  return [first, ...rest];
}

/** `#123`, `usage:key-1:payments-worker`, `none of 12 lines #3–#88`. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'line':
      return `#${source.seq}`;
    case 'row':
      return source.row;
    case 'none_in':
      return source.lines === 0 ? 'no line' : `none of ${source.lines} lines #${source.from}–#${source.to}`;
    default:
      return source satisfies never;
  }
}

const SHOWN = 6;

/** `[#12, #15]`; of many, the first few and how many there are besides: the JSON has them all. `shown` escapes what people named. */
export function sourcesText(sources: readonly Source[], shown: (text: string) => string = (text) => text): string {
  const first = sources
    .slice(0, SHOWN)
    .map((source) => (source.kind === 'line' ? sourceText(source) : shown(sourceText(source))))
    .join(', ');
  return sources.length > SHOWN ? `[${first} and ${sources.length - SHOWN} more]` : `[${first}]`;
}
