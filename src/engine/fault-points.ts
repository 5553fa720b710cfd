/** Named places at which a test may kill the process: `<place>:<step>`, for instance `effect:mint`. */
export type FaultPoint = (place: 'started' | 'effect' | 'outcome' | 'undo', step: string) => void;

/**
 * Reads `FAULT_AT` (`effect:mint`, or `effect:mint:2` for the second time there). Null, the normal case, never faults. The kill is a real
 * SIGKILL: no handler, no flush, no goodbye.
 */
export function faultPoints(faultAt: string | null): FaultPoint {
  if (faultAt === null) return () => {};
  const [place, step, nth = '1'] = faultAt.split(':');
  let left = Number(nth);
  return (at, id) => {
    if (at !== place || id !== step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
