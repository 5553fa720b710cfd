import type { KnownBlock } from '@slack/types';
import { spanText } from '../../domain/duration.ts';
import { at, bold, bullets, code, type Line, line } from '../blocks.ts';
import { cut } from '../text.ts';

export interface PlanShown {
  kind: 'plan';
  name: string;
  occasion: string;
  /** Why it would not begin now, word for word as a start would say it. */
  obstacles: readonly string[];
  /** The run that whoever asks now would join instead. */
  joins: string | null;
  callers: readonly { caller: string; calls: number }[];
  /** Who is asked to agree, one entry for each question. */
  agree: readonly string[];
  /** When the old key ends; null: not by this. `either`: an answer on the way decides. */
  stops: { earliestAt: Date; order: 'before_new' | 'after_new' | 'either'; delayMs: number | null } | null;
  /** The steps that change something about the key, in order. */
  order: readonly { id: string; isFinal: boolean; isCertain: boolean }[];
  /** What would fail as things stand. */
  problems: readonly string[];
}

export type RotationPreview = { kind: 'refused'; sentence: string } | PlanShown;

const MOST_STEPS = 14;
const MOST_CALLERS = 6;
const ROW = 300;

/** What would happen, before anybody presses Start. */
export function rotationPreviewBlock(preview: RotationPreview | null): KnownBlock {
  if (preview === null) return line('Choose a key and what happened: then this says what would be done.');
  if (preview.kind === 'refused') return line(bold('It would not begin: '), cut(preview.sentence, 600));
  return bullets([bold(`What would happen to ${cut(preview.name, 150)}`)], rowsOf(preview));
}

function rowsOf(preview: PlanShown): Line[] {
  const { obstacles, joins, agree, stops, order } = preview;
  const begins =
    joins !== null ? `no: you would join ${joins}` : obstacles.length > 0 ? `no: ${obstacles.join(' ')}` : null;
  return [
    ...(begins === null ? [] : [[bold('Begins now: '), cut(begins, ROW)]]),
    [bold('Calls it now: '), cut(callersText(preview.callers), ROW)],
    [bold('Has to agree: '), cut([...new Set(agree)].join('; then ') || 'nobody', ROW)],
    [bold('Old key stops: '), ...stopsWords(stops)],
    [bold('In this order: '), ...orderWords(order)],
    ...preview.problems.slice(0, 3).map((problem): Line => [bold('Would fail: '), cut(problem, ROW)]),
  ];
}

function callersText(callers: readonly { caller: string; calls: number }[]): string {
  if (callers.length === 0) return 'nobody was seen in 7 days';
  const named = callers.slice(0, MOST_CALLERS).map(({ caller, calls }) => `${cut(caller, 40)} (${calls} in 7 days)`);
  const more = callers.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function stopsWords(stops: PlanShown['stops']): Line {
  if (stops === null) return ['not by this'];
  const when = WHEN[stops.order];
  const delay =
    stops.delayMs === null || stops.delayMs === 0 ? '' : `, and is refused at most ${spanText(stops.delayMs)} later`;
  return [when, 'at the earliest ', at(stops.earliestAt), delay];
}

const WHEN = {
  before_new: 'first, before there is a new one; ',
  after_new: 'after the new one is proved; ',
  either: 'after the new one is proved, or first when it turns out that it was used; ',
} as const;

function orderWords(order: PlanShown['order']): Line {
  if (order.length === 0) return ['nothing is changed'];
  const more = order.length - MOST_STEPS;
  const words = order
    .slice(0, MOST_STEPS)
    .flatMap(
      ({ id, isFinal, isCertain }, index): Line => [
        index === 0 ? '' : ' → ',
        code(cut(id, 40) || '–'),
        notesOn({ isFinal, isCertain }),
      ],
    );
  return more > 0 ? [...words, ` … and ${more} more`] : words;
}

function notesOn({ isFinal, isCertain }: { isFinal: boolean; isCertain: boolean }): string {
  const notes = [...(isFinal ? ['no way back'] : []), ...(isCertain ? [] : ['if it comes to that'])];
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}
