import type { Desk } from '../../moment.ts';

/** A desk that answers what does not depend on the person once, however many people's tabs are drawn from it. It is as old as it is. */
export function withSharedReads(desk: Desk): Desk {
  const { ledger } = desk;
  return {
    ...desk,
    policy: once(desk.policy),
    health: once(desk.health),
    ledger: {
      ...ledger,
      openIncidents: once(ledger.openIncidents),
      newestRuns: once(ledger.newestRuns),
      run: once(ledger.run),
      key: once(ledger.key),
      openApprovals: once(ledger.openApprovals),
      administrators: once(ledger.administrators),
      keys: once(ledger.keys),
      secondFactors: once(ledger.secondFactors),
      firstWeekFacts: once(ledger.firstWeekFacts),
      lastDigest: once(ledger.lastDigest),
      lastSync: once(ledger.lastSync),
      lastCheckpoint: once(ledger.lastCheckpoint),
      auditHead: once(ledger.auditHead),
      auditChecked: once(ledger.auditChecked),
      unreviewedGlassBreaks: once(ledger.unreviewedGlassBreaks),
    },
  };
}

function once<Args extends readonly unknown[], Found>(
  ask: (...args: Args) => Promise<Found>,
): (...args: Args) => Promise<Found> {
  const known = new Map<string, Promise<Found>>();
  return (...args) => {
    const asked = JSON.stringify(args);
    const found = known.get(asked) ?? ask(...args);
    known.set(asked, found);
    return found;
  };
}
