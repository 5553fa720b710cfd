import { firstWeek } from '../../domain/first-week.ts';
import type { PersonId } from '../../domain/ids.ts';
import { termsOf } from '../../domain/policy/approval-rule.ts';
import type { Policy } from '../../domain/policy.ts';
import { reachOf } from '../../domain/reach.ts';
import type { Desk } from '../moment.ts';
import type { Doing } from '../views/home/doing.ts';
import type { Home } from '../views/home/home.ts';
import { loadHealth } from './home/health.ts';
import { loadMyKeys } from './home/my-keys.ts';
import { type LinkOf, loadUnderWay } from './home/under-way.ts';
import { loadWaiting } from './home/waiting.ts';
import { displayNames } from './names.ts';
import { reachesSome } from './reaches-some.ts';

/** What waits for this person, what they answer for, what is going on, and how Rekey itself is, as far as they may read it. */
export async function loadHome(desk: Desk, person: PersonId, linkOf: LinkOf): Promise<Home> {
  const { policy } = await desk.policy();
  const name = await displayNames(desk);
  const readsAll = reachOf(policy, 'read', person).kind === 'all';
  return {
    name: name(person),
    doing: await doingOf(desk, policy, person),
    week: readsAll ? await weekOf(desk, policy, person) : null,
    waiting: await loadWaiting(desk, policy, person),
    keys: await loadMyKeys(desk, policy, person),
    underWay: await loadUnderWay(desk, { policy, person, linkOf }),
    health: readsAll ? await loadHealth(desk, policy, person) : null,
    now: desk.now(),
  };
}

/** Only what policy.yaml lets this person do with any key that there is; it is looked up again at the press. */
async function doingOf(desk: Desk, policy: Policy, person: PersonId): Promise<Doing[]> {
  const may = (verb: Parameters<typeof reachOf>[1]) => reachesSome(reachOf(policy, verb, person), desk);
  const wantsCodes = Object.values(policy.rules).some((rule) => termsOf(rule).tier === 3);
  const hasCode = !wantsCodes || (await desk.ledger.secondFactorOf(person)) !== null;
  return [
    ...((await may('rotate')) ? (['rotate', 'leak'] as const) : []),
    ...((await may('declare')) ? (['incident'] as const) : []),
    ...((await may('read')) ? (['runbooks'] as const) : []),
    ...(hasCode ? [] : (['code'] as const)),
  ];
}

async function weekOf({ ledger }: Desk, policy: Policy, person: PersonId): Promise<Home['week']> {
  if (await ledger.checklistDismissedBy(person)) return null;
  return firstWeek(await ledger.firstWeekFacts(), {
    alertConfigured: policy.alerts.key_expiring_soon !== undefined,
    rulesApprove: Object.values(policy.rules).some((rule) => termsOf(rule).tier > 0),
  });
}
