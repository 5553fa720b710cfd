import type { LedgerEvent } from '../../domain/event.ts';
import type { Key, KeyState } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import type { ClassRule } from '../../domain/key-class.ts';
import { callersText, countedSince, stillCalling } from '../../domain/usage-share.ts';
import type { LedgerReader, PageEnd } from '../../ledger/reader.ts';
import { asOf } from '../keys/record-on-key.ts';
import { destruction, revocation } from '../keys/revoke.ts';
import { runningEmergency } from '../rotations/running.ts';
import { raiseOnce } from './alarms.ts';
import { asSchedule, type Look, ruleFor, type SchedulerDeps } from './deps.ts';

// One transaction each: short enough for the others who write, and the rest is due again at the next look.
const BATCH = 100;
const DAY_MS = 24 * 3_600_000;
const USED_STILL = 0.01;

/** Writes down that keys have expired, and destroys what is still sealed of them. One that a run is working on is left to that run: its approvals are about the key as it is. */
export async function recordExpiries({ ledger }: SchedulerDeps, now: Date): Promise<number> {
  const due = await ledger.read.keysToExpire(now, BATCH);
  return recordEnds(due, { ledger, now }, async (key, read) => {
    const isAlive = isIn(key, ['pending', 'active', 'retiring', 'suspended']);
    if (!isAlive || key.expiresAt === null || key.expiresAt > now || (await isWorkedOn(key, read))) return [];
    return [{ type: 'key_expired', key: key.id }, ...(await destruction(read, key))];
  });
}

/** By a run about it, or by the rotation that it is the new key of and that has not handed it over yet. */
async function isWorkedOn(key: Key, read: LedgerReader): Promise<boolean> {
  if ((await read.openRunOfKey(key.id)) !== null) return true;
  return key.state === 'pending' && (await read.openRotationOf(key.slug))?.replacement === key.id;
}

/** Where this process is in the list of graces that are over: the next page at the next look, so that what people have to end hides nothing. */
export interface Graces {
  after: PageEnd | undefined;
}

/**
 * Revokes keys whose grace is over and that no rotation takes care of, as signing keys. What Rekey cannot revoke by itself, what is still called
 * with, or what nothing has taken the place of, is told to people, once.
 */
export async function endGraces(deps: SchedulerDeps, look: Look, graces: Graces): Promise<number> {
  const { ledger } = deps;
  let ended = 0;
  const page = await ledger.read.keysToRetire(look.now, BATCH, graces.after);
  const last = page.length === BATCH ? page.at(-1) : undefined;
  graces.after = last?.graceEndsAt ? { at: last.graceEndsAt, id: last.id } : undefined;
  for (const key of page) {
    const why = await whyNotRevoked(key, { read: ledger.read, rule: ruleFor(key.class, look), now: look.now });
    if (why === null) ended += await revokeAfterGrace(key, deps, look.now);
    else
      await raiseOnce(deps, look.now, {
        id: `alm-grace-${key.id}`,
        kind: 'rotation_stuck',
        key: key.id,
        sentence: why,
      });
  }
  return ended;
}

async function revokeAfterGrace(due: Key, { ledger }: SchedulerDeps, now: Date): Promise<number> {
  return recordEnds([due], { ledger, now }, async (key, read) => {
    if (key.state !== 'retiring' || key.graceEndsAt === null || key.graceEndsAt > now) return [];
    const isTakenCareOf =
      (await read.openRotationOf(key.slug))?.key === key.id || (await read.openRunOfKey(key.id)) !== null;
    if (isTakenCareOf || !(await isReplaced(key, read, now))) return [];
    return revocation(read, key, 'Its grace is over.');
  });
}

/** A newer version is accepted, so that revoking this one leaves a key that works. */
async function isReplaced(key: Key, read: Pick<LedgerReader, 'versionsOf'>, now: Date): Promise<boolean> {
  const versions = await read.versionsOf(key.slug);
  return versions.some((one) => one.version > key.version && asOf(one, now).state === 'active');
}

/** An emergency that revokes first is about to bring the new version. */
async function isRecovered({ slug }: Key, read: LedgerReader): Promise<boolean> {
  return (await runningEmergency(read, await read.versionsOf(slug))) !== null;
}

async function whyNotRevoked(
  key: Key,
  { read, rule, now }: { read: LedgerReader; rule: ClassRule; now: Date },
): Promise<string | null> {
  const over = `The grace of ${nameOf(key)} is over, and no rotation takes care of it.`;
  if (!(await isReplaced(key, read, now)) && !(await isRecovered(key, read)))
    return `${over} No newer version is in use. Suspend and reinstate it if it is to work again, else revoke it.`;
  if (key.provider !== 'ledger') return `${over} Revoke it at ${key.provider}, then here.`;
  if (!rule.revocable) return `${over} Keys of the class ${key.class} are revoked by people only.`;
  const since = countedSince(key, now);
  const successor = (await read.versionsOf(key.slug)).find((one) => one.predecessor === key.id);
  const calls = [await read.usageOf(key.id, since), successor ? await read.usageOf(successor.id, since) : []] as const;
  const { share, callers } = stillCalling(...calls);
  return share < USED_STILL ? null : `${over} ${callersText(callers)} still use it. Move them over, then revoke it.`;
}

/** Deletes what is kept of keys that have been dead for as long as policy.yaml says. */
export async function forgetKeys({ ledger }: SchedulerDeps, { now, policy }: Look): Promise<number> {
  const before = new Date(now.getTime() - policy.retention_days * DAY_MS);
  const due = await ledger.read.keysToForget(before, BATCH);
  return recordEnds(due, { ledger, now }, async (key, read) => {
    if (!isIn(key, ['revoked', 'expired']) || key.forgottenAt !== null) return [];
    const left = (await read.secretsOfKey(key.id)).filter(({ destroyedAt }) => destroyedAt === null);
    return [
      { type: 'key_forgotten', key: key.id },
      ...left.map(({ id }): LedgerEvent => ({ type: 'secret_destroyed', secret: id })),
    ];
  });
}

/** Asks again inside the transaction, so that of two schedulers, or of a person and a scheduler, one ends each key. Returns how many. */
async function recordEnds(
  due: readonly Key[],
  { ledger, now }: Pick<SchedulerDeps, 'ledger'> & { now: Date },
  endOf: (key: Key, read: LedgerReader) => Promise<LedgerEvent[]>,
): Promise<number> {
  if (due.length === 0) return 0;
  return ledger.record(asSchedule(now), async ({ read }) => {
    const events: LedgerEvent[] = [];
    let ended = 0;
    for (const { id } of due) {
      const key = await read.key(id);
      const end = key === null ? [] : await endOf(key, read);
      ended += Math.min(1, end.length);
      events.push(...end);
    }
    return { events, result: ended };
  });
}

function isIn({ state }: Key, states: readonly KeyState[]): boolean {
  return states.includes(state);
}
