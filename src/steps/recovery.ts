import type { LedgerEvent } from '../domain/event.ts';
import type { Key } from '../domain/key.ts';
import type { StepContext } from './contract.ts';

/**
 * The incident is recovered when both proofs are there, in whichever order the runbook makes them: a replacement that is active was
 * accepted, and the key that failed was seen rejected. `changed` is the key that was proved just now.
 */
export async function recovery(changed: Key, context: StepContext): Promise<LedgerEvent[]> {
  const { incident, ledger } = context;
  if (incident === null || incident.recoveredAt !== null || incident.key === null) return [];
  const failed = incident.key === changed.id ? changed : await ledger.key(incident.key);
  if (failed === null || failed.provedDeadAt === null) return [];
  const versions = await ledger.versionsOf(failed.slug);
  const successors = versions
    .map((one) => (one.id === changed.id ? changed : one))
    .filter((one) => one.version > failed.version);
  const works = successors.some((one) => one.state === 'active' && one.provedLiveAt !== null);
  return works ? [{ type: 'incident_recovered', incident: incident.id }] : [];
}
