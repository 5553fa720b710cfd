/** The clock of one drill: it ticks like the machine's, and is set forward where nothing can be done before a later instant. */
export interface DrillClock {
  now: () => Date;
  /** Never back. */
  travelTo: (at: Date) => void;
  /** How far it is ahead of a clock that was only left to tick. */
  travelledMs: () => number;
  /** When the machine's clock will show what this one calls `at`, if nobody travels before. */
  onMachine: (at: Date) => Date;
}

export function openDrillClock(start: Date, machineMs: () => number): DrillClock {
  const startedMs = machineMs();
  let travelledMs = 0;
  const now = () => new Date(start.getTime() + machineMs() - startedMs + travelledMs);
  return {
    now,
    travelTo: (at) => {
      travelledMs += Math.max(0, at.getTime() - now().getTime());
    },
    travelledMs: () => travelledMs,
    onMachine: (at) => new Date(machineMs() + at.getTime() - now().getTime()),
  };
}
