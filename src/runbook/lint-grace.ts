import type { KeyClasses } from '../domain/key-classes.ts';
import type { Json, JsonObject } from '../domain/run.ts';
import { type Finding, finding } from './finding.ts';
import type { LoadedRunbook, SourceStep } from './loaded.ts';
import { childOf, joinPath, type Node } from './node.ts';
import type { Complaint } from './problem.ts';

const GRACE = /^grace_(minutes|hours)$/;
const EMERGENCIES = ['suspected', 'extended', 'exploited'];
const SAYS_EMERGENCY = new RegExp(`"(${EMERGENCIES.join('|')})"`);

/** A planned replacement without a grace cuts every caller off that has not followed by then; only an emergency is worth that. */
export function lintGrace(runbook: LoadedRunbook): Finding[] {
  const { file, steps, inputs, inputsAt, at } = runbook;
  const ofSteps = steps.flatMap((step) =>
    hasNoGrace(step.written) && !isEmergency(step)
      ? [finding('zero-grace', { file, at: step.at, path: joinPath(step.path, 'with') }, complaint(step.id))]
      : [],
  );
  const ofInputs = Object.entries(inputs).flatMap(([name, spec]) =>
    GRACE.test(name) && spec.type === 'int' && spec.default === 0
      ? [finding('zero-grace', { file, at: inputsAt.get(name) ?? at, path: `inputs.${name}` }, complaint(name))]
      : [],
  );
  return [...ofSteps, ...ofInputs];
}

export function lintGraceOfClasses({ classes }: KeyClasses, { file, node }: { file: string; node: Node }): Finding[] {
  return Object.entries(classes).flatMap(
    ([
      name,
      {
        grace_hours: { default: hours },
      },
    ]) => {
      if (hours > 0) return [];
      const path = ['classes', name, 'grace_hours'];
      const spot = path.reduce<Node>((found, key) => childOf(found, key) ?? found, node);
      return [finding('zero-grace', { file, at: spot.at, path: path.join('.') }, complaint(name))];
    },
  );
}

function complaint(got: string): Complaint {
  return {
    expected: 'a grace in which both keys work, outside of an emergency',
    got: `\`${got}\` with a grace of 0`,
    fix: 'write how long callers need to follow, such as 60 minutes, or say the emergency in its `mode` or `when`',
  };
}

/** What is a reference is known only then. */
function hasNoGrace(written: Json): boolean {
  if (Array.isArray(written)) return written.some(hasNoGrace);
  if (written === null || typeof written !== 'object') return false;
  return Object.entries(written).some(([name, value]) => (GRACE.test(name) && value === 0) || hasNoGrace(value));
}

function isEmergency({ written, facts }: SourceStep): boolean {
  return facts.some((fact) => SAYS_EMERGENCY.test(fact)) || saysEmergency(written);
}

function saysEmergency(block: JsonObject): boolean {
  return Object.entries(block).some(([name, value]) => {
    if (name === 'mode' || name === 'situation') return value === null || EMERGENCIES.includes(String(value));
    return typeof value === 'object' && value !== null && !Array.isArray(value) && saysEmergency(value);
  });
}
