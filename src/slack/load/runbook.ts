import { fewestVoices, namesIn } from '../../domain/policy/approval-rule.ts';
import type { Policy } from '../../domain/policy.ts';
import { PHASES } from '../../domain/run.ts';
import { reviewDue } from '../../domain/runbook-version.ts';
import type { LoadedRunbook, SourceStep } from '../../runbook/loaded.ts';
import type { Sources } from '../deps.ts';
import type { RunbookCard } from '../views/runbook-card.ts';

/** A runbook as people look at it before they start it. */
export async function loadRunbook(
  { ledger, policy, now }: Pick<Sources, 'ledger' | 'policy' | 'now'>,
  runbook: LoadedRunbook,
): Promise<RunbookCard> {
  const { id, title, owner, reviewBy, appliesTo, startOn, inputs, plan, steps, hash } = runbook;
  const proof = (await ledger.runbookProofs(id, 10)).find(({ passed }) => passed) ?? null;
  const { policy: rules } = await policy();
  return {
    id,
    title,
    owner,
    reviewBy,
    hash,
    due: reviewDue({ runbook: id, reviewBy }, proof, now()),
    proven: proof === null ? null : { at: proof.at, how: proof.how, isThisText: proof.hash === hash },
    appliesTo,
    startsOn: startOn.map(({ alert, when }) => (when === null ? alert : `${alert} when ${when.text}`)),
    inputs: Object.entries(inputs).map(([name, { type }]) => `${name} (${type})`),
    approvals: steps.filter(({ kind }) => kind.uses === 'approve').map((step) => approvalOf(step, rules)),
    noWayBack: steps.filter(({ kind }) => kind.undo.kind === 'point_of_no_return').map((step) => step.id),
    phases: [...PHASES, 'finally' as const].flatMap((phase) => {
      const waived = phase === 'finally' ? null : (plan.waived[phase] ?? null);
      const own = steps.filter((step) => step.phase === phase).map((step) => ({ id: step.id, uses: step.kind.uses }));
      return own.length === 0 && waived === null ? [] : [{ name: phase, waived, steps: own }];
    }),
  };
}

/** Whom a rule of policy.yaml names; a reference is known during the run only. */
function approvalOf({ id, written }: SourceStep, { rules }: Policy): RunbookCard['approvals'][number] {
  const { rule } = written;
  const found = typeof rule === 'string' && Object.hasOwn(rules, rule) ? rules[rule] : undefined;
  return {
    step: id,
    rule: typeof rule === 'string' ? rule : null,
    voices: found === undefined ? null : fewestVoices(found),
    from: found === undefined ? [] : [...new Set(namesIn(found))],
  };
}
