import { graceMs } from '../../domain/grace.ts';
import type { Actor } from '../../domain/ids.ts';
import { type Key, nameOf } from '../../domain/key.ts';
import { approvalsNeeded } from '../../domain/rotation-rules.ts';
import type { Situation } from '../../domain/run.ts';
import { type ForeseenStep, type RunbookPlan, stepsAhead, worstDelayMs } from '../../domain/runbook-plan.ts';
import type { PlanRequest } from '../../engine/plan/plan-runbook.ts';
import { ROTATION_RUNBOOK } from '../../engine/rotations/runbook.ts';
import { EMERGENCY_RUNBOOK, LEAK_RUNBOOK } from '../../engine/start.ts';
import { Refusal } from '../../errors.ts';
import type { Occasion } from '../commands/rotate-intent.ts';
import { deliveryOf } from '../commands/start-rotation.ts';
import type { Desk } from '../moment.ts';
import type { PlanShown, RotationPreview } from '../views/rotation-preview.ts';
import { displayNames, type NameOf } from './names.ts';

interface Chosen {
  key: Key | null;
  occasion: Occasion | null;
  graceHours: number | null;
  actor: Actor;
}

/** What would happen if it began now; null until key and occasion are chosen. Nothing is written and nobody is asked. */
export async function loadRotationPreview(desk: Desk, chosen: Chosen): Promise<RotationPreview | null> {
  const { key, occasion } = chosen;
  if (key === null || occasion === null) return null;
  try {
    const plan = await planOf(desk, { ...chosen, key, occasion });
    return previewOf(plan, { key, occasion }, await displayNames(desk));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: 'refused', sentence: error.message };
  }
}

type Complete = Chosen & { key: Key; occasion: Occasion };

async function planOf(desk: Desk, chosen: Complete): Promise<RunbookPlan> {
  const { key, occasion, graceHours, actor } = chosen;
  const about = { key: key.id, actor };
  if (occasion === 'planned' || (occasion === 'suspected' && graceHours !== null))
    return desk.planRunbook({ ...about, runbook: ROTATION_RUNBOOK, inputs: await rotationInputs(desk, chosen) });
  return emergencyPlan(desk, occasion, about);
}

/** The leak's own runbook where it is for keys like this one, as at a real start. */
async function emergencyPlan(
  desk: Desk,
  situation: Situation,
  about: Pick<PlanRequest, 'key' | 'actor'>,
): Promise<RunbookPlan> {
  const inputs = { situation };
  if (situation !== 'expired') {
    try {
      return await desk.planRunbook({ ...about, runbook: LEAK_RUNBOOK, inputs });
    } catch (error) {
      const isOther = error instanceof Refusal && ['runbook_does_not_fit', 'unknown_runbook'].includes(error.code);
      if (!isOther) throw error;
    }
  }
  return desk.planRunbook({ ...about, runbook: EMERGENCY_RUNBOOK, inputs });
}

async function rotationInputs({ classRule }: Desk, { key, occasion, graceHours, actor }: Complete) {
  const rule = await classRule(key.class);
  const mode = occasion === 'planned' ? 'planned' : (graceHours ?? 0) > 1 ? 'extended' : 'suspected';
  const deliver = deliveryOf(key);
  return {
    mode,
    grace_minutes: String(graceMs({ mode, hours: graceHours, rule }) / 60_000),
    approvals: String(approvalsNeeded(mode, rule, actor)),
    deliver_to: deliver.to,
    ...(deliver.to === 'claim' && { recipient: deliver.recipient }),
  };
}

function previewOf(
  plan: RunbookPlan,
  { key, occasion }: { key: Key; occasion: Occasion },
  name: NameOf,
): RotationPreview {
  // What tells people and sums up changes nothing about the key.
  const steps = stepsAhead(plan.run).filter(({ phase }) => phase !== 'communicate' && phase !== 'finally');
  return {
    kind: 'plan',
    name: nameOf(key),
    occasion,
    obstacles: plan.start.obstacles.map(({ sentence }) => sentence),
    joins: plan.start.joins,
    callers: plan.radius.callers.map(({ caller, calls }) => ({ caller, calls })),
    agree: agreeOn(steps, name),
    stops: stopsOf(steps, worstDelayMs(plan)),
    order: steps
      .filter((step) => step.effect !== 'reads' && (isCertain(step) || isFinal(step)))
      .map((step) => ({ id: step.id, isFinal: isFinal(step), isCertain: isCertain(step) })),
    problems: [...new Set(steps.flatMap(({ problems }) => problems))],
  };
}

const isCertain = ({ willRun }: ForeseenStep) => willRun.kind === 'yes';
const isFinal = ({ back }: ForeseenStep) => back.kind === 'point_of_no_return';

/** Whether the old key ends before or after there is a new one. Where an answer decides that, both are said. */
function stopsOf(steps: readonly ForeseenStep[], delayMs: number | null): PlanShown['stops'] {
  const finals = steps.filter(isFinal);
  const certain = finals.filter(isCertain);
  const counted = certain.length > 0 ? certain.slice(0, 1) : finals;
  const last = counted.at(-1);
  if (last === undefined) return null;
  const create = steps.findIndex(({ uses }) => uses === 'key.create');
  const isBefore = (step: ForeseenStep) => create < 0 || steps.indexOf(step) < create;
  const order = counted.every(isBefore) ? 'before_new' : counted.some(isBefore) ? 'either' : 'after_new';
  return { earliestAt: last.earliestAt, order, delayMs };
}

/** One entry for each set of people; of questions that may not come up, only when no other is sure to. */
function agreeOn(steps: readonly ForeseenStep[], name: NameOf): string[] {
  const asking = (of: readonly ForeseenStep[]) =>
    of.flatMap(({ people }) =>
      people
        .filter(({ terms, later }) => terms !== undefined && later !== true)
        .map(({ who }) => who.map(name).join(' or ') || 'NOBODY who could'),
    );
  const certain = asking(steps.filter(isCertain));
  if (certain.length > 0) return [...new Set(certain)];
  return [...new Set(asking(steps).map((who) => `${who}, if it comes to that`))];
}
