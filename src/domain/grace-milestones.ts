const HOUR_MS = 3_600_000;

/** When people hear of a grace: the template of the notice and the instant from which it is due. */
export interface Milestone {
  template: 'grace-began' | 'grace-24h' | 'grace-1h' | 'grace-over';
  at: Date;
}

/** A stretch in which old and new key are both accepted. */
export interface Grace {
  retiringAt: Date;
  graceEndsAt: Date;
}

/** At its beginning, a day and an hour before its end, and when it is over; a short grace has fewer of them. */
export function milestonesOf({ retiringAt, graceEndsAt }: Grace): Milestone[] {
  const before = (hours: number) => new Date(graceEndsAt.getTime() - hours * HOUR_MS);
  const onTheWay: Milestone[] = [
    { template: 'grace-24h', at: before(24) },
    { template: 'grace-1h', at: before(1) },
  ];
  return [
    { template: 'grace-began', at: retiringAt },
    ...onTheWay.filter(({ at }) => at > retiringAt),
    { template: 'grace-over', at: graceEndsAt },
  ];
}

/** The newest one whose time has come: after a stop people hear how it stands now, not everything that they have missed. */
export function dueMilestone(grace: Grace, now: Date): Milestone | null {
  return milestonesOf(grace).findLast(({ at }) => at <= now) ?? null;
}

/** When to look again; null when the grace is over. */
export function nextMilestoneAt(grace: Grace, now: Date): Date | null {
  return milestonesOf(grace).find(({ at }) => at > now)?.at ?? null;
}
