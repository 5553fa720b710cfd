import { type GlassForeseen, glassForeseen } from '../../domain/approval/break-glass.ts';
import { proofWanted } from '../../domain/approval/proof.ts';
import type { Approval } from '../../domain/approval.ts';
import type { PersonId } from '../../domain/ids.ts';
import type { Run } from '../../domain/run.ts';
import type { ForeseenStep } from '../../domain/runbook-plan.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { foreseeRun } from '../plan/foresee-run.ts';
import { readingOnly } from '../plan/reading-only.ts';
import { auditRefusal } from '../refusals.ts';
import { currentBinding } from './binding.ts';
import { type Change, changesSince } from './changed.ts';
import { review } from './review.ts';
import type { Review } from './verbs.ts';

/** A review with everything that somebody wants to see before deciding. */
export interface Inspection extends Review {
  /** What a yes lets run, step by step; null where that cannot be foreseen. */
  ahead: readonly ForeseenStep[] | null;
  changes: readonly Change[];
  /** What breaking the glass would come to, for who may. */
  glass: GlassForeseen | null;
  /** False: a yes needs a code, and this person has none. */
  hasCode: boolean;
}

/** The same as `review`, and who is turned away stands in the audit. */
export async function inspect(
  deps: EngineDeps,
  token: string,
  press: Origin & { person: PersonId },
): Promise<Inspection> {
  const { person } = press;
  const known = await deps.ledger.read.approvalByToken(token);
  return auditRefusal(deps, { origin: press, what: `review of ${known?.id ?? 'nothing'}` }, async () => {
    const reviewed = await review(deps, token, person);
    const { approval, may } = reviewed;
    const { read } = deps.ledger;
    const { policy, hash: policyHash } = await deps.policy();
    const [run, now] = [await read.run(approval.run), await currentBinding(deps, approval, { read, policyHash })];
    const at = { policy, now: deps.now(), unreviewed: await read.unreviewedGlassBreaks() };
    return {
      ...reviewed,
      ahead: run === null ? null : await foreseen(deps, run),
      changes: run === null ? [] : await changesSince(deps, approval, { now, run, read }),
      glass: may.breakGlass ? glassForeseen(approval, person, at) : null,
      hasCode: await isProvable(deps, approval, person),
    };
  });
}

async function isProvable({ stepUp }: EngineDeps, approval: Approval, person: PersonId): Promise<boolean> {
  return proofWanted(approval) !== 'totp' || stepUp.isEnrolled(person);
}

/** A plan that cannot be told keeps nobody from deciding: then the steps are shown by their names. */
async function foreseen(deps: EngineDeps, run: Run): Promise<readonly ForeseenStep[] | null> {
  try {
    const incident = run.incident === null ? null : await deps.ledger.read.incident(run.incident);
    const beginning = { run, incident, from: deps.now(), depth: 0, stale: false };
    return (await foreseeRun(readingOnly(deps), beginning)).steps;
  } catch (error) {
    deps.log.warn({ err: error, run: run.id }, 'what a run still does could not be foreseen');
    return null;
  }
}
