import type { Incident } from '../domain/incident.ts';
import { type Key, nameOf } from '../domain/key.ts';
import type { EndState, Expectation, KeyFacts } from './expect-schema.ts';
import { describeKeys, type Outcome, type PathStep } from './outcome.ts';

/** One line of the path: what the file expects beside what happened. Null where one of the two has nothing. */
export interface PathLine {
  step: string;
  expected: EndState | null;
  got: EndState | null;
  because: string | null;
}

export interface Comparison {
  path: PathLine[];
  /** Sentences on what is otherwise than expected; empty when all is as it should be. */
  differences: string[];
}

export function compare(expect: Expectation, outcome: Outcome): Comparison {
  const path = comparePath(expect.path ?? {}, outcome);
  return {
    path,
    differences: [
      ...(expect.reviewed === false ? [UNREVIEWED] : []),
      ...(expect.path === undefined ? [NO_PATH] : differencesIn(path)),
      ...compareOutcome(expect, outcome),
      ...compareReasons(expect, outcome),
      ...compareUndone(expect, outcome),
      ...compareTold(expect, outcome),
      ...compareKeys(expect, outcome),
      ...compareIncident(expect, outcome),
    ],
  };
}

const UNREVIEWED =
  'The expectation was written by --update and nobody has read it: read it, then remove `reviewed: false`.';
const NO_PATH =
  'The case does not say which path it expects; write `expect: { path: … }`, or run with --update and read what it writes.';

/** Both lists side by side, aligned at the steps that they have in common. */
function comparePath(expected: Readonly<Record<string, EndState>>, { path }: Outcome): PathLine[] {
  const wanted = Object.keys(expected);
  const got = path.filter((step) => isTold(step, wanted)).map((step) => ({ step, name: nameIn(step, wanted) }));
  const lines: PathLine[] = [];
  let next = 0;
  for (const { step, name } of got) {
    const at = wanted.indexOf(name, next);
    if (at < 0) {
      lines.push({ step: name, expected: null, got: step.state, because: step.because });
      continue;
    }
    for (const skipped of wanted.slice(next, at)) lines.push(missing(skipped, expected));
    lines.push({ step: name, expected: expected[name] ?? null, got: step.state, because: step.because });
    next = at + 1;
  }
  for (const left of wanted.slice(next)) lines.push(missing(left, expected));
  return lines;
}

/** Steps of runs that a step started are compared where the file names one of that run, and left out where it names none. */
function isTold({ names }: PathStep, wanted: readonly string[]): boolean {
  return names.some((name) => {
    const inner = name.lastIndexOf('.');
    return inner < 0 || wanted.some((one) => one.startsWith(name.slice(0, inner + 1)));
  });
}

function nameIn({ names, record }: PathStep, wanted: readonly string[]): string {
  return names.find((name) => wanted.includes(name)) ?? names[0] ?? record.step;
}

function missing(step: string, expected: Readonly<Record<string, EndState>>): PathLine {
  return { step, expected: expected[step] ?? null, got: null, because: null };
}

// After the first turn everything is otherwise; the whole path stands beside it.
const MOST_SAID = 3;

function differencesIn(path: readonly PathLine[]): string[] {
  const otherwise = path.filter((line) => line.expected !== line.got);
  // What failed is why the rest went another way.
  const failed = otherwise.filter(({ got }) => got === 'failed' || got === 'in_doubt');
  const wrong = [...failed, ...otherwise.filter((line) => !failed.includes(line))];
  const more = wrong.length <= MOST_SAID ? [] : [`and ${wrong.length - MOST_SAID} more steps otherwise than expected`];
  const said = wrong.slice(0, MOST_SAID).map(({ step, expected, got, because }) => {
    const why = because === null ? '' : `: ${because}`;
    return `${step}: expected ${expected ?? 'that it is not reached here'}, got ${got ?? 'nothing: it was not reached here'}${why}`;
  });
  return [...said, ...more];
}

function compareOutcome({ outcome: expected }: Expectation, { run }: Outcome): string[] {
  const got = run.outcome ?? 'waiting';
  return expected === undefined || expected === got ? [] : [`outcome: expected ${expected}, got ${got}`];
}

function compareReasons({ because = {} }: Expectation, { path }: Outcome): string[] {
  return Object.entries(because).flatMap(([step, words]) => {
    const found = path.find(({ names }) => names.includes(step));
    const got = found?.because ?? null;
    if (got?.includes(words)) return [];
    return [`${step}: expected a reason with the words “${words}”, got ${got === null ? 'none' : `“${got}”`}`];
  });
}

function compareUndone({ undone }: Expectation, outcome: Outcome): string[] {
  if (undone === undefined || undone.join(' ') === outcome.undone.join(' ')) return [];
  return [`undone: expected ${undone.join(', ') || 'nothing'}, got ${outcome.undone.join(', ') || 'nothing'}`];
}

function compareTold({ told = [], not_told: notTold = [] }: Expectation, outcome: Outcome): string[] {
  const wrong = told.flatMap(({ to, says }) => {
    const words = outcome.told.filter((one) => one.to === to).map((one) => one.says);
    if (words.some((text) => text.includes(says))) return [];
    const got =
      words.length === 0 ? `nothing; told were ${recipientsOf(outcome)}` : words.map((one) => `“${one}”`).join(' and ');
    return [`told ${to}: expected the words “${says}”, got ${got}`];
  });
  const spoken = notTold.flatMap((to) => {
    const first = outcome.told.find((one) => one.to === to);
    return first === undefined ? [] : [`not_told ${to}: expected silence, got “${first.says}”`];
  });
  return [...wrong, ...spoken];
}

function recipientsOf({ told }: Outcome): string {
  return [...new Set(told.map(({ to }) => to))].sort().join(', ') || 'nobody';
}

function compareKeys({ keys = {} }: Expectation, outcome: Outcome): string[] {
  return Object.entries(keys).flatMap(([name, wanted]) => {
    const found = outcome.keys.find(({ key }) => nameOf(key) === name);
    if (found === undefined) return [`keys: expected ${name}, got ${describeKeys(outcome.keys)}`];
    const expected = typeof wanted === 'string' ? { state: wanted } : wanted;
    const got = factsOf(found.key, found.atPlace);
    return differencesOf(expected, got).map((difference) => `${name}: ${difference}`);
  });
}

function factsOf(key: Key, atPlace: boolean): Required<KeyFacts> {
  return {
    state: key.state,
    at_place: atPlace,
    proved_live: key.provedLiveAt !== null,
    proved_dead: key.provedDeadAt !== null,
    quarantined: key.quarantinedAt !== null,
    compromised: key.compromisedAt !== null,
  };
}

function differencesOf(expected: object, got: object): string[] {
  const known = new Map(Object.entries(got));
  return Object.entries(expected)
    .filter(([fact, value]) => value !== undefined && known.get(fact) !== value)
    .map(([fact, value]) => `expected ${fact} ${value}, got ${known.get(fact)}`);
}

function compareIncident({ incident: expected }: Expectation, { incident }: Outcome): string[] {
  if (expected === undefined) return [];
  if (incident === null) return ['incident: expected one, and the run belongs to none'];
  const { open_points: openPoints, ...flags } = expected;
  const wrong = differencesOf(flags, milestonesOf(incident));
  return [...wrong.map((one) => `incident: ${one}`), ...compareOpenPoints(openPoints, incident)];
}

function milestonesOf({ containedAt, recoveredAt, closedAt }: Incident) {
  return { contained: containedAt !== null, recovered: recoveredAt !== null, closed: closedAt !== null };
}

function compareOpenPoints(expected: readonly string[] | undefined, { openPoints }: Incident): string[] {
  if (expected === undefined) return [];
  const isSame =
    expected.length === openPoints.length &&
    expected.every((words) => openPoints.some((point) => point.includes(words)));
  if (isSame) return [];
  const list = (points: readonly string[]) => points.map((point) => `“${point}”`).join(', ') || 'none';
  return [`incident: expected the open points ${list(expected)}, got ${list(openPoints)}`];
}
