import type { NewId } from '../../domain/ids.ts';
import type { EngineDeps } from '../deps.ts';

/** Whatever tried to write or to wake somebody would be a defect of the plan. */
export function readingOnly<Deps extends EngineDeps>(deps: Deps): Deps {
  const refuse = async () => {
    throw new Error('A plan writes nothing.');
  };
  return {
    ...deps,
    ledger: { ...deps.ledger, record: refuse, countUsage: refuse },
    queue: { wake: refuse, alarm: refuse },
    saveReport: refuse,
    newId: countedIds(),
  };
}

function countedIds(): NewId {
  let count = 0;
  return (prefix) => {
    count += 1;
    return `${prefix}-planned-${count}`;
  };
}
