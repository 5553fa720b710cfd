import { assertMay } from '../../domain/policy.ts';
import { widenedBy } from '../../domain/runbook-version.ts';
import { Refusal } from '../../errors.ts';
import type { RunbookSet } from '../../runbook/runbook-set.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { assertReason } from '../keys/record-on-key.ts';
import { auditRefusal } from '../refusals.ts';
import { recordRunbooks } from './record-runbooks.ts';

type Deps = Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'log'> & { runbooks: RunbookSet };

/** Agrees to what a runbook on disk may touch from now on. Refusals: `not_allowed`, `nothing_held`, `another_text`. */
export async function approveGrants(
  deps: Deps,
  { runbook, hash, reason, ...origin }: Origin & { runbook: string; hash: string | null; reason: string },
): Promise<{ widened: string[]; hash: string }> {
  const approved = await auditRefusal(deps, { origin, what: `approve grants of ${runbook}` }, async () => {
    assertReason(reason);
    const { policy } = await deps.policy();
    assertMay(policy, 'administer', { actor: origin.actor, subject: { owner: null, escalation: null } });
    await deps.runbooks.reload();
    const held = heldText(deps.runbooks, runbook);
    // What was read in the review has to be what is agreed to, not what was saved a moment ago.
    if (hash !== null && !held.hash.startsWith(hash))
      throw new Refusal(
        'another_text',
        `${runbook} on disk is ${held.hash.slice(0, 8)} now, not ${hash}. Read it again.`,
      );
    await recordRunbooks(deps, deps.runbooks);
    const context = { at: deps.now(), actor: origin.actor, channel: origin.channel };
    await deps.ledger.record(context, async ({ read }) => {
      const live = (await read.runbooksLiveLast()).find((one) => one.runbook === runbook);
      const widened = widenedBy(live?.grants ?? {}, held.grants);
      const known = await read.runbookVersion(runbook, held.hash);
      const event = { type: 'runbook_grants_approved', runbook, hash: held.hash, widened, reason } as const;
      return { events: known?.approvedAt === null ? [event] : [], result: undefined };
    });
    return { widened: held.widened, hash: held.hash };
  });
  await deps.runbooks.reload();
  await recordRunbooks(deps, deps.runbooks);
  return approved;
}

function heldText(
  runbooks: RunbookSet,
  id: string,
): { hash: string; grants: Record<string, string[]>; widened: string[] } {
  const found = runbooks.held().find(({ runbook }) => runbook.id === id);
  if (found !== undefined) return { ...found.runbook, grants: { ...found.runbook.grants }, widened: found.widened };
  const held = runbooks.held().map(({ runbook }) => runbook.id);
  throw new Refusal(
    'nothing_held',
    `${id} waits for no approval. ${held.length === 0 ? 'No runbook does.' : `These do: ${held.join(', ')}.`}`,
  );
}
