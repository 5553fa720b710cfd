import { healthOf, type Key, type KeyState, nameOf } from '../../domain/key.ts';
import { byEnd } from '../../domain/key-search.ts';
import type { Verb } from '../../domain/policy.ts';
import { isInReach, type Reach, reachOf } from '../../domain/reach.ts';
import { LIMITS } from '../limits.ts';
import type { Desk } from '../moment.ts';
import { oneLine } from '../text.ts';
import { INCIDENT_KEY_PICKER } from '../views/declare-modal.ts';
import { KEY_PICKER } from '../views/rotate-modal.ts';
import { RUN_KEY } from '../views/runbook-form.ts';
import type { SlackMenu } from './contract.ts';

const OFFERED = 50;
// Of somebody who may do it with their own keys only, all of these are looked at.
const MOST_OWN = 500;
const IN_USE_OR_EXPIRED: readonly KeyState[] = ['active', 'retiring', 'suspended', 'expired'];

/** The keys that this person may have replaced. */
export const keyMenu = menuOfKeys(KEY_PICKER, 'rotate');
/** The keys that this person may run a runbook on. */
export const runKeyMenu = menuOfKeys(RUN_KEY, 'run');
/** The keys that this person may know of: anybody who may declare an incident declares one about them. */
export const incidentKeyMenu = menuOfKeys(INCIDENT_KEY_PICKER, 'read');

/** Names that begin so first, then words in names, then services and owners. */
function menuOfKeys(menu: string, right: Verb): SlackMenu {
  return {
    menu,
    options: async (typed, { person }, desk) => {
      const reach = reachOf((await desk.policy()).policy, right, person);
      const wanted = oneLine(typed).toLowerCase().split(' ').filter(Boolean);
      const found = reach.kind === 'all' ? await keysLike(wanted, desk) : await ownKeys(wanted, reach, desk);
      return found
        .filter((key) => key.slug.length <= LIMITS.optionValue && isInReach(reach, key))
        .slice(0, OFFERED)
        .map((key) => ({ value: key.slug, label: labelOf(key, desk.now()) }));
    },
  };
}

async function keysLike([first, ...others]: readonly string[], { ledger, now }: Desk): Promise<Key[]> {
  if (first === undefined) {
    // What expired and nothing has replaced is what somebody opens this for at night.
    const expired = await ledger.currentExpired(OFFERED);
    const found = [...expired, ...(await ledger.findKeys({}, { now: now(), limit: OFFERED }))];
    return [...new Map(found.map((key) => [key.id, key])).values()];
  }
  const found = await ledger.keysNamedLike(first, others.length === 0 ? OFFERED : 4 * OFFERED);
  return found.filter((key) => others.every((word) => textOf(key).includes(word)));
}

async function ownKeys(
  wanted: readonly string[],
  reach: Extract<Reach, { kind: 'some' }>,
  { ledger, now }: Desk,
): Promise<Key[]> {
  const found: Key[] = [];
  const at = { now: now(), limit: MOST_OWN };
  for (const owner of reach.owners) found.push(...(await ledger.findKeys({ owner, states: IN_USE_OR_EXPIRED }, at)));
  for (const escalation of reach.escalations)
    found.push(...(await ledger.findKeys({ escalation, states: IN_USE_OR_EXPIRED }, at)));
  const alive = found.filter(({ state, supersededAt }) => state !== 'expired' || supersededAt === null);
  const own = [...new Map(alive.map((key) => [key.id, key])).values()].sort(byEnd);
  const rank = ({ slug }: Key) => (wanted[0] === undefined || slug.startsWith(wanted[0]) ? 0 : 1);
  return own.filter((key) => wanted.every((word) => textOf(key).includes(word))).sort((a, b) => rank(a) - rank(b));
}

function textOf({ slug, service, environment, owner }: Key): string {
  return [slug, service, environment, owner ?? ''].join(' ').toLowerCase();
}

// Health first after the name: a label that is too long loses its end.
function labelOf(key: Key, now: Date): string {
  const health = healthOf(key, now);
  return `${nameOf(key)} · ${health === 'healthy' ? '' : `${health} · `}${key.service}, ${key.environment}`;
}
