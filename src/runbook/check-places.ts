import type { JsonObject } from '../domain/run.ts';
import type { PlacedStep, PlaceOfStep, WithComplaint } from '../steps/contract.ts';
import type { CompiledStep } from './compile-step.ts';
import type { Draft, Section } from './drafts.ts';
import { childOf, joinPath, type Node, plain } from './node.ts';
import type { Position, Report } from './problem.ts';

/** Asks each kind for its rules between the fields of `with`, the step and the steps before and beside it. */
export function checkPlaces(
  sections: readonly Section[],
  compiled: ReadonlyMap<Section['name'], readonly (readonly CompiledStep[])[]>,
  report: Report,
): void {
  const before: PlacedStep[] = [];
  for (const section of sections) {
    const stages = compiled.get(section.name) ?? [];
    for (const [index, drafts] of section.stages.entries()) {
      const group = (stages[index] ?? []).map(placed);
      for (const draft of drafts) {
        const beside = group.filter(({ id }) => id !== draft.id);
        const place = { before: section.name === 'finally' ? [] : [...before], beside };
        checkDraft(draft, { ...place, hasDue: draft.node.entries.has('due') }, report);
      }
      before.push(...group);
    }
  }
}

function placed({ planned, source }: CompiledStep): PlacedStep {
  const { id, uses, repeat, undo } = planned;
  return { id, uses, stage: source.stage, repeat, undo };
}

function checkDraft({ kind, node, path }: Draft, place: PlaceOfStep, report: Report): void {
  const at = node.entries.get('with');
  if (kind?.complaintsOf === undefined || at?.node.kind !== 'map') return;
  for (const complaint of kind.complaintsOf(writtenIn(node), place)) {
    const spot = complaint.path.reduce<string>((above, key) => joinPath(above, key), joinPath(path, 'with'));
    const { expected, got, fix } = complaint;
    report.add(positionOf(at.node, complaint), spot, { expected, got, fix });
  }
}

/** The `with` of a step as it stands in the file; a reference is its own text. */
export function writtenIn(step: Draft['node']): JsonObject {
  const node = step.entries.get('with')?.node;
  return node?.kind === 'map'
    ? Object.fromEntries([...node.entries].map(([name, entry]) => [name, plain(entry.node)]))
    : {};
}

function positionOf(root: Node, { path }: WithComplaint): Position {
  const found = path.reduce<Node>((node, key) => childOf(node, key) ?? node, root);
  return found.at;
}
