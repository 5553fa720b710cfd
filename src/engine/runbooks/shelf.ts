import type { PersonId } from '../../domain/ids.ts';
import { assertMay, type Policy, peopleNamed } from '../../domain/policy.ts';
import { Refusal } from '../../errors.ts';
import type { LoadedRunbook } from '../../runbook/loaded.ts';
import { describeProblem } from '../../runbook/problem.ts';
import type { RunbookSet } from '../../runbook/runbook-set.ts';
import type { EngineDeps } from '../deps.ts';
import type { Origin } from '../engine.ts';
import { auditRefusal } from '../refusals.ts';
import { approveGrants } from './approve-grants.ts';
import { loadedOrRefuse } from './asked.ts';
import { recordRunbooks } from './record-runbooks.ts';

type Deps = Pick<EngineDeps, 'ledger' | 'policy' | 'now' | 'log'> & { runbooks: RunbookSet };

/** A text on disk that is right and does not run, because it may touch more than the one before (`instead`). */
export interface HeldText {
  runbook: string;
  hash: string;
  widened: readonly string[];
  instead: string | null;
}

/** What was found in the folder when it was read again. */
export interface Reread {
  live: readonly string[];
  /** `runbooks/R-X.yaml:31:12 recover[2]: expected …, got …; …`; with any, what was live before stays live. */
  problems: readonly string[];
  held: readonly HeldText[];
  /** Who may agree to what is held back. */
  mayAgree: readonly PersonId[];
}

/** The folder of runbooks, as people look after it. */
export interface Shelf {
  all: RunbookSet['all'];
  /** The one that is live under this id. Refusals `unknown_runbook`, `grants_held`. */
  named: (id: string) => LoadedRunbook;
  /** Reads the folder again now, instead of when it changes. Refusal `not_allowed`. */
  reload: (request: Origin) => Promise<Reread>;
  /** What this text may touch besides, for who may agree to it; a refusal is on record. Refusals `not_allowed`, `nothing_held`. */
  held: (request: Origin & { runbook: string; hash: string }) => Promise<HeldText>;
  /** Agrees to wider grants. `hash`: of the text that was read in the review. */
  approveGrants: (request: Origin & { runbook: string; hash: string | null; reason: string }) => Promise<{
    widened: string[];
    hash: string;
  }>;
}

export function openShelf(deps: Deps): Shelf {
  return {
    all: deps.runbooks.all,
    named: (id) => loadedOrRefuse(deps.runbooks, id),
    held: (request) => held(deps, request),
    reload: (request) => reload(deps, request),
    approveGrants: (request) => approveGrants(deps, request),
  };
}

const NOBODYS = { owner: null, escalation: null };

async function reload(deps: Deps, origin: Origin): Promise<Reread> {
  const { policy } = await deps.policy();
  await auditRefusal(deps, { origin, what: 'read the runbooks again' }, async () => assertMayRead(policy, origin));
  const problems = await deps.runbooks.reload();
  await recordRunbooks(deps, deps.runbooks);
  return {
    live: [...deps.runbooks.all().keys()],
    problems: problems.map(describeProblem),
    held: heldTexts(deps),
    mayAgree: [...peopleNamed(policy, policy.may.administer ?? [], NOBODYS)].sort(),
  };
}

function assertMayRead(policy: Policy, { actor }: Origin): void {
  assertMay(policy, 'read', { actor, subject: NOBODYS });
}

function heldTexts({ runbooks }: Deps): HeldText[] {
  return runbooks
    .held()
    .map(({ runbook: { id, hash }, widened, instead }) => ({ runbook: id, hash, widened, instead }));
}

function held(deps: Deps, { runbook, hash, ...origin }: Origin & { runbook: string; hash: string }): Promise<HeldText> {
  return auditRefusal(deps, { origin, what: `approve grants of ${runbook}` }, async () => {
    const { policy } = await deps.policy();
    assertMay(policy, 'administer', { actor: origin.actor, subject: NOBODYS });
    const found = heldTexts(deps).find((one) => one.runbook === runbook);
    if (found?.hash === hash) return found;
    throw new Refusal(
      'nothing_held',
      `${runbook} does not wait for an approval of this text any more. Look again: /runbook reload`,
    );
  });
}
