const KEPT = 'kept: ';

/** The reason why a step was left as it is on purpose although what is around it was taken back: nobody has to do anything about it. */
export function keptBecause(reason: string): string {
  return `${KEPT}${reason}`;
}

export function isKept(undoError: string): boolean {
  return undoError.startsWith(KEPT);
}
