import type { Desk, Moment } from '../../moment.ts';
import { runbookPlan } from '../../views/runbook-plan.ts';
import type { Verb } from '../contract.ts';
import { keyNamed } from '../key-named.ts';
import { mayWithSomeKey } from '../offered.ts';
import type { Token } from '../tokens.ts';
import { assertNoMore, malformed, splitInputs } from '../words.ts';
import { assertMayReadRunbooks, runbookId } from './named.ts';

const EXAMPLE = '/runbook plan R-KEY-EXPIRY payments-prod situation=exploited';

/** Nothing begins here. */
export const plan: Verb = {
  verb: 'plan',
  example: 'plan R-KEY-EXPIRY payments-prod',
  help: 'what it would do if it began now; nothing is written, asked or called',
  offered: mayWithSomeKey('read'),
  run: (typed, moment, desk) => showPlan(typed, moment, desk),
};

export async function showPlan(typed: readonly Token[], moment: Moment, desk: Desk): Promise<void> {
  const { words, inputs } = splitInputs(typed, EXAMPLE);
  const [id, key, ...more] = words;
  assertNoMore(more, EXAMPLE);
  const runbook = runbookId(id, EXAMPLE);
  assertKeyNamed({ runbook, key: key?.text ?? null, inputs }, desk);
  await planned({ runbook, key: key?.text ?? null, inputs: Object.fromEntries(inputs) }, moment, desk);
}

/** Whoever leaves the key out is told where it goes; of a runbook that there is not, the plan says so. */
function assertKeyNamed(
  { runbook, key, inputs }: { runbook: string; key: string | null; inputs: ReadonlyMap<string, string> },
  { shelf }: Pick<Desk, 'shelf'>,
): void {
  const spec = shelf.all().get(runbook)?.inputs.key;
  if (spec?.type !== 'key' || key !== null || inputs.has('key')) return;
  throw malformed('the name of the key is missing', `/runbook plan ${runbook} payments-prod`);
}

/** A plan names callers and people of a key: it is for those who may read that key. */
export async function planned(
  { runbook, key, inputs }: { runbook: string; key: string | null; inputs: Record<string, string> },
  moment: Moment,
  desk: Desk,
): Promise<void> {
  if (key === null) await assertMayReadRunbooks(moment, desk);
  const found = key === null ? null : await keyNamed(key, 'read', { moment, desk });
  const request = { runbook, key: found?.slug ?? null, inputs, actor: moment.origin.actor };
  return moment.show(runbookPlan(await desk.planRunbook(request)));
}
