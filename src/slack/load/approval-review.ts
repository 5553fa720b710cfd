import { proofWanted } from '../../domain/approval/proof.ts';
import { nameOf } from '../../domain/key.ts';
import { termsOf } from '../../domain/policy/approval-rule.ts';
import { stepsAhead } from '../../domain/runbook-plan.ts';
import { stepsToCome } from '../../domain/to-come.ts';
import type { Inspection } from '../../engine/approvals/inspect.ts';
import type { Sources } from '../deps.ts';
import type { PlanLine, ReviewModal } from '../views/review-modal.ts';
import { type About, aboutOf } from './approval.ts';
import { radiusOf } from './blast-radius.ts';
import { actorText, displayNames, type NameOf } from './names.ts';
import { loadLetterOf } from './outside-notice.ts';

/** What the modal shows of a review that the engine has allowed this person to make. */
export async function loadReview(
  sources: Sources,
  inspection: Inspection,
  options: { wasStale: boolean },
): Promise<ReviewModal> {
  const { approval, reviewHash, differences, changes, glass } = inspection;
  const name = await displayNames(sources);
  const about = await aboutOf(sources, approval);
  return {
    ...options,
    token: approval.token,
    reviewHash,
    differences,
    changes,
    question: approval.question,
    key: about.key === null ? null : nameOf(about.key),
    requestedBy: actorText(approval.requestedBy, name),
    reason: about.run?.reason ?? '',
    expiresAt: approval.expiresAt,
    now: sources.now(),
    may: inspection.may,
    proof: proofWanted(approval),
    hasCode: inspection.hasCode,
    glass: glass === null ? null : { ...glass, told: glass.told.map(name), reviewers: glass.reviewers.map(name) },
    confirm: approval.subject.confirm,
    reasonWanted: termsOf(approval.rule).reason,
    plan: planLines(inspection, about, name),
    radius: await radiusOf(sources, about),
    leaves: await loadLetterOf(sources, approval.id),
  };
}

/** With the calls and the people where they can be foreseen; else the steps alone, as the runbook names them. */
function planLines({ ahead }: Inspection, { plan, run }: About, name: NameOf): PlanLine[] {
  if (ahead === null) {
    if (plan === null || run === null) return [];
    return stepsToCome(plan, run).map((step) => ({ ...step, calls: [], people: [], depends: false, problems: [] }));
  }
  return ahead
    .flatMap((step) => stepsAhead({ steps: [step] }))
    .map(({ id, uses, effect, back, calls, people, notices, willRun, problems }) => ({
      id,
      uses,
      effect,
      undo: back.kind,
      calls,
      people: [
        ...people.flatMap(({ who, for: what }) =>
          who.length === 0 ? [] : [`asks ${who.map(name).join(', ')}: ${what}`],
        ),
        ...(notices.length === 0 ? [] : [`tells ${notices.map((one) => recipient(one, name)).join(', ')}`]),
      ],
      depends: willRun.kind === 'depends',
      problems,
    }));
}

function recipient(notice: string, name: NameOf): string {
  return notice.startsWith('person:') ? name(notice.slice('person:'.length)) : notice.replace(':', ' ');
}
