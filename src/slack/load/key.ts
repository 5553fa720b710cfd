import { fingerprintOf, healthOf, type Key, nameOf } from '../../domain/key.ts';
import type { Run } from '../../domain/run.ts';
import type { Sources } from '../deps.ts';
import type { KeyCard } from '../views/key-card.ts';
import { displayNames } from './names.ts';
import { openRunOfName } from './open-run-of-name.ts';
import { standingSteps } from './standing-steps.ts';

export async function loadKey(sources: Sources, key: Key): Promise<KeyCard> {
  const name = await displayNames(sources);
  const run = await openRunOfName(sources.ledger, key);
  return {
    id: key.id,
    name: nameOf(key),
    health: healthOf(key, sources.now()),
    state: key.state,
    keyClass: key.class,
    provider: key.provider,
    service: key.service,
    environment: key.environment,
    owner: key.owner === null ? null : name(key.owner),
    fingerprint: fingerprintOf(key),
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
    provedDeadAt: key.provedDeadAt,
    run: run === null ? null : `${run.runbook.id} (${run.id})${await waitingIn(run, sources)}`,
  };
}

async function waitingIn(run: Run, sources: Sources): Promise<string> {
  const [first] = await standingSteps(run, sources);
  return first === undefined ? '' : `: ${first.question} ${first.evidence}`;
}
