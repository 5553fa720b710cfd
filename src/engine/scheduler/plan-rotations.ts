import type { KeyId } from '../../domain/ids.ts';
import type { Key, KeyClass } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import { isEnded, type Rotation } from '../../domain/rotation.ts';
import {
  backOffUntil,
  beforeExpiryMs,
  dayOf,
  dueAtOf,
  type KeyRules,
  LOOK_AHEAD_MS,
  planStart,
  reasonFor,
} from '../../domain/schedule.ts';
import { ConfigTrouble, Refusal } from '../../errors.ts';
import type { PageEnd } from '../../ledger/reader.ts';
import { LedgerTrouble } from '../../ledger/trouble.ts';
import { type Look, ruleFor, type SchedulerDeps } from './deps.ts';
import { canRotateAlone } from './rotates-alone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAGE = 50;
const FURTHEST_MS = 400 * DAY_MS;
const MOST_PLANNED = 10_000;
const SET_ASIDE_MS = 6 * HOUR_MS;
const REMEMBERED = 8;

/** Where this process is in lists that are longer than a page, and which keys it could not plan lately. */
export interface Planning {
  pages: Map<KeyClass, PageEnd>;
  setAside: Map<KeyId, Date>;
}

export function newPlanning(): Planning {
  return { pages: new Map(), setAside: new Map() };
}

/** Puts keys on the calendar that are about to be too old, or about to expire, where the schedule may rotate them. Returns how many. */
export async function planRotations(deps: SchedulerDeps, look: Look, planning: Planning): Promise<number> {
  for (const [id, until] of planning.setAside) if (until <= look.now) planning.setAside.delete(id);
  const candidates = (await agingKeys(deps, look, planning)).filter(
    (key) => !planning.setAside.has(key.id) && mayRotate(deps, look, key),
  );
  if (candidates.length === 0) return 0;
  const taken = await takenDays(deps, look);
  let scheduled = 0;
  for (const key of candidates) {
    const rotation = await plan(deps, look, { key, taken }).catch((error: unknown) => {
      if (!isRefused(error)) throw error;
      // Asked again at every look, it would be refused at every look.
      planning.setAside.set(key.id, new Date(look.now.getTime() + SET_ASIDE_MS));
      deps.log.warn({ key: key.id }, `schedule: ${nameOf(key)} is not on the calendar: ${error.message}`);
      return null;
    });
    if (rotation === null) continue;
    count(taken, rotation, look);
    scheduled += 1;
  }
  return scheduled;
}

/** It was said no to; trouble with a file says nothing of the key. */
function isRefused(error: unknown): error is Refusal {
  return error instanceof Refusal && !(error instanceof ConfigTrouble) && !(error instanceof LedgerTrouble);
}

/** A page of each class that may rotate by itself; the next one at the next look, so that what cannot be rotated hides nothing. */
async function agingKeys({ ledger }: SchedulerDeps, look: Look, { pages }: Planning): Promise<Key[]> {
  const found: Key[] = [];
  for (const [keyClass, rule] of look.rules) {
    if (!rule.automatic || rule.maxAgeDays === null || keyClass === 'ephemeral') continue;
    const aheadMs = aheadOf({ rule, policy: look.policy }) + beforeExpiryMs({ rule, policy: look.policy });
    const activatedBefore = new Date(look.now.getTime() + aheadMs - rule.maxAgeDays * DAY_MS);
    const after = pages.get(keyClass);
    const of = { class: keyClass, activatedBefore, limit: PAGE };
    const page = await ledger.read.overdueKeys(after === undefined ? of : { ...of, after });
    found.push(...page);
    const last = page.length === PAGE ? page.at(-1) : undefined;
    if (last === undefined || last.activatedAt === null) pages.delete(keyClass);
    else pages.set(keyClass, { at: last.activatedAt, id: last.id });
  }
  return found;
}

/** How long before it is due a key is put on the calendar. */
function aheadOf({ rule }: KeyRules): number {
  return rule.leadHours * HOUR_MS + LOOK_AHEAD_MS;
}

function mayRotate(deps: SchedulerDeps, look: Look, key: Key): boolean {
  const rules = rulesFor(key, look);
  const dueAt = dueAtOf(key, rules);
  if (dueAt === null || dueAt.getTime() - aheadOf(rules) > look.now.getTime()) return false;
  return canRotateAlone(deps, key, rules.rule);
}

function rulesFor(key: Key, look: Look): KeyRules {
  return { rule: ruleFor(key.class, look), policy: look.policy };
}

async function plan(
  { ledger, rotations }: SchedulerDeps,
  look: Look,
  { key, taken }: { key: Key; taken: ReadonlyMap<string, number> },
): Promise<Rotation | null> {
  const rules = rulesFor(key, look);
  const dueAt = dueAtOf(key, rules);
  if (dueAt === null) return null;
  const history = await ledger.read.rotationsOf(key.slug, REMEMBERED);
  const [last] = history;
  // Somebody else was faster since the list was read.
  if (last !== undefined && !isEnded(last)) return null;
  const earliest = earliestStart(key, { rules, now: look.now, backOff: backOffUntil(history, look.policy) });
  const load = { mostPerDay: look.policy.rotations.most_per_day, taken };
  const start = planStart(key, { dueAt, earliest, rules, load });
  const asked = await rotations.request({
    actor: 'schedule:rotations',
    channel: 'engine',
    // The same for every scheduler that looks at this key at the same time: one of them asks, the others repeat it.
    dedupe: { source: 'schedule', id: `${key.id}:${last?.id ?? 'first'}` },
    key: key.id,
    mode: 'planned',
    graceHours: null,
    notBefore: start.at,
    reason: reasonFor(key, rules, start),
    override: null,
    deliver: { to: 'registered' },
  });
  return asked.kind === 'repeated' ? null : asked.rotation;
}

/** After the lead notice, shortened where the key would not live to see it; never while it backs off. */
function earliestStart(
  { expiresAt }: Key,
  { rules, now, backOff }: { rules: KeyRules; now: Date; backOff: Date | null },
): Date {
  const afterLead = now.getTime() + rules.rule.leadHours * HOUR_MS;
  const lastMoment = (expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - rules.rule.graceHours.default * HOUR_MS;
  const earliest = Math.max(now.getTime(), Math.min(afterLead, lastMoment));
  return new Date(Math.max(earliest, backOff?.getTime() ?? 0));
}

async function takenDays({ ledger }: SchedulerDeps, look: Look): Promise<Map<string, number>> {
  const taken = new Map<string, number>();
  const planned = await ledger.read.dueRotations(new Date(look.now.getTime() + FURTHEST_MS), MOST_PLANNED);
  for (const rotation of planned) count(taken, rotation, look);
  return taken;
}

function count(taken: Map<string, number>, { scheduledAt }: Rotation, { policy }: Look): void {
  const day = dayOf(scheduledAt, policy.team.time_zone);
  taken.set(day, (taken.get(day) ?? 0) + 1);
}
