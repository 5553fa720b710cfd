import type { Json } from '../domain/run.ts';
import { checkInputs, typeOfInput } from './inputs.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import { type MapNode, type Node, plain } from './node.ts';
import { type Complaint, type Position, quote, type RunbookProblem } from './problem.ts';
import { checkReference, hasReference, parseReference, piecesOf } from './references.ts';
import { isComplaint } from './scope.ts';
import { listed, suggestion } from './suggest.ts';

/**
 * Steps that start another runbook: it has to exist, to take what it is given, and not to come back to where it was called from.
 * `files` are the ids that have a file, so that a runbook with problems of its own is not called missing as well.
 */
export function refuseBadCalls(
  runbooks: ReadonlyMap<string, LoadedRunbook>,
  files: ReadonlySet<string>,
): RunbookProblem[] {
  return [...runbooks.values()].flatMap((runbook) =>
    runbook.steps.flatMap((step) => {
      const called = calledBy(step);
      if (called === null) return [];
      const place = (at: Position, part: string, complaint: Complaint): RunbookProblem => ({
        file: runbook.file,
        ...at,
        path: `${step.path}.with.${part}`,
        ...complaint,
      });
      const target = runbooks.get(called.name);
      if (target === undefined)
        return files.has(called.name) ? [] : [place(called.at, 'runbook', unknownRunbook(called.name, runbooks))];
      if (!isForLater(step) && reaches(target, runbook.id, runbooks))
        return [place(called.at, 'runbook', endless(runbook.id, called.name))];
      return checkCall(step, target).map(({ at, part, complaint }) => place(at, part, complaint));
    }),
  );
}

function calledBy(step: SourceStep): { name: string; at: Position } | null {
  return step.mentions.find((mention) => mention.meaning === 'runbook') ?? null;
}

// What is put on the calendar begins by itself some day, its own next time included; only what is waited for must come to an end.
function isForLater({ kind }: SourceStep): boolean {
  return kind.uses === 'schedule.rotation';
}

function unknownRunbook(name: string, runbooks: ReadonlyMap<string, LoadedRunbook>): Complaint {
  const known = [...runbooks.keys()];
  return { expected: `a runbook that exists: ${listed(known)}`, got: quote(name), fix: suggestion(name, known) };
}

function endless(from: string, to: string): Complaint {
  return {
    expected: 'runbooks that come to an end',
    got: from === to ? `${from}, which starts itself` : `${to}, which starts ${from} again`,
    fix: 'write the steps here instead',
  };
}

function reaches(
  from: LoadedRunbook,
  wanted: string,
  runbooks: ReadonlyMap<string, LoadedRunbook>,
  seen = new Set<string>(),
): boolean {
  if (from.id === wanted) return true;
  if (seen.has(from.id)) return false;
  seen.add(from.id);
  return from.steps.some((step) => {
    const next = isForLater(step) ? undefined : runbooks.get(calledBy(step)?.name ?? '');
    return next !== undefined && reaches(next, wanted, runbooks, seen);
  });
}

interface BadInput {
  at: Position;
  part: string;
  complaint: Complaint;
}

function checkCall(step: SourceStep, target: LoadedRunbook): BadInput[] {
  const given: MapNode['entries'] = step.call?.inputs?.entries ?? new Map();
  const literals: Record<string, Json> = {};
  const wrong: BadInput[] = [];
  for (const [name, { node }] of given) {
    const complaint = checkReferenceInput(name, node, { step, target });
    if (complaint !== null) wrong.push({ at: node.at, part: `inputs.${name}`, complaint });
    else if (!isReference(node)) literals[name] = plain(node);
  }
  // References were compared by their types; what is left is compared as values.
  const open = Object.entries(target.inputs).filter(([name]) => !isReference(given.get(name)?.node));
  const checked = checkInputs({ inputs: Object.fromEntries(open) }, literals);
  if (checked.kind === 'ok') return wrong;
  return [
    ...wrong,
    ...checked.problems.map(({ input, ...complaint }) => ({
      at: given.get(input)?.node.at ?? step.call?.inputs?.at ?? step.at,
      part: `inputs.${input}`,
      complaint: { ...complaint, expected: `${complaint.expected} for ${target.id}` },
    })),
  ];
}

function isReference(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && typeof node.value === 'string' && hasReference(node.value);
}

function checkReferenceInput(
  name: string,
  node: Node,
  { step, target }: { step: SourceStep; target: LoadedRunbook },
): Complaint | null {
  const spec = target.inputs[name];
  if (!isReference(node) || step.call === null || node.kind !== 'scalar') return null;
  const names = Object.keys(target.inputs);
  if (spec === undefined)
    return { expected: `an input of ${target.id}: ${listed(names)}`, got: quote(name), fix: suggestion(name, names) };
  const [piece] = piecesOf(String(node.value));
  const reference = piece?.kind === 'reference' ? parseReference(piece.inner) : null;
  if (reference === null || isComplaint(reference)) return null;
  return checkReference(reference, typeOfInput(spec), step.call.scope);
}
