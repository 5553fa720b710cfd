import { type Attempt, afterAttempt } from '../../domain/delivery-attempt.ts';
import { hashOf, type NoticeDelivery } from '../../domain/dispatch.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import { sentenceOf } from '../../errors.ts';
import type { EngineDeps } from '../deps.ts';
import { ownerIsGone } from '../owner.ts';
import type { SendOut } from './ways.ts';

export interface SenderDeps extends Pick<EngineDeps, 'ledger' | 'outside' | 'now' | 'log' | 'owner' | 'faultPoint'> {
  sendOut: SendOut;
  /** 0 to 1, for the pause before another attempt. */
  chance: () => number;
}

// A few at once: a server that is slow for one must not keep the others from theirs.
const AT_ONCE = 4;
/** No attempt takes so long; whoever still has one in hand then is gone, on whatever machine it was. */
const LONGEST_ATTEMPT_MS = 5 * 60_000;

/** Sends what is due, each row once whoever else looks, and takes up what a process left that is gone. Returns how many were tried. */
export async function sendDue(deps: SenderDeps): Promise<number> {
  await takeUpLeft(deps);
  const due = await deps.ledger.read.dueDeliveries(deps.now(), AT_ONCE);
  const tried = await Promise.allSettled(due.map((delivery) => sendOne(deps, delivery)));
  // All of them are over before the first trouble is told: a row is in a hand only while that hand works on it.
  for (const one of tried) if (one.status === 'rejected') throw one.reason;
  return tried.filter((one) => one.status === 'fulfilled' && one.value).length;
}

/** Written before anything is sent, so that a crash leaves a row in a hand that is gone, and never a silence. */
async function sendOne(deps: SenderDeps, delivery: NoticeDelivery): Promise<boolean> {
  const { id, dispatch } = delivery;
  const attempt = delivery.attempts + 1;
  const begun = { type: 'delivery_begun', dispatch, id, attempt, sender: deps.owner } as const;
  // Another process may have taken it between the look and this: then there is nothing to do here.
  if (!(await recorded(deps, delivery, [begun]))) return false;
  deps.faultPoint('started', 'delivery');
  const result = await attempted(deps, delivery);
  deps.faultPoint('effect', 'delivery');
  const now = deps.now();
  const own = { ...delivery, state: 'sending', sender: deps.owner, attempts: attempt } as const;
  const after = afterAttempt(own, result, { now, chance: deps.chance() });
  await recorded(deps, own, [after, ...(await warningOf(deps, delivery, result))]);
  deps.faultPoint('outcome', 'delivery');
  if (result.kind !== 'taken') deps.log.warn({ delivery: id, attempt, kind: result.kind }, 'notice not delivered');
  return true;
}

async function attempted({ ledger, outside, sendOut }: SenderDeps, delivery: NoticeDelivery): Promise<Attempt> {
  try {
    const dispatch = await ledger.read.dispatch(delivery.dispatch);
    if (dispatch === null) return { kind: 'refused', why: 'its text is not in the ledger' };
    // What was approved is what is sent: a row that was changed behind Rekey's back is not.
    const isIntact = hashOf(dispatch) === dispatch.hash && isAmong(delivery, dispatch.addressees);
    if (!isIntact)
      return { kind: 'refused', why: 'its text or address is not the one that was approved; nothing was sent' };
    const key = await ledger.read.key(dispatch.key);
    return await sendOut({ dispatch, delivery, key }, await outside.specs());
  } catch (error) {
    // Nothing of a way out throws once something may have been sent.
    return { kind: 'later', why: sentenceOf(error), retryAfterMs: null };
  }
}

function isAmong({ addressee }: NoticeDelivery, approved: readonly NoticeDelivery['addressee'][]): boolean {
  const text = JSON.stringify(addressee);
  return approved.some((one) => JSON.stringify(one) === text);
}

/**
 * A crash between sending and writing it down: a receiver of webhooks knows the delivery again by its id, so it is sent again; whether a mail
 * was taken nobody knows, and a second one could not be called back, so a person looks.
 */
async function takeUpLeft(deps: SenderDeps): Promise<void> {
  const now = deps.now();
  for (const delivery of await deps.ledger.read.deliveriesInHand()) {
    if (!isLeft(delivery, { now, own: deps.owner })) continue;
    const left: Attempt =
      delivery.addressee.way === 'webhook'
        ? { kind: 'later', why: 'Rekey stopped while it was sent', retryAfterMs: null }
        : {
            kind: 'unknown',
            why: 'Rekey stopped while it was sent. Ask them, or look into the log of the mail server.',
          };
    await recorded(deps, delivery, [afterAttempt(delivery, left, { now, chance: 0 })]);
  }
}

function isLeft({ sender, sendingSince }: NoticeDelivery, { now, own }: { now: Date; own: string }): boolean {
  if (sender === null || sendingSince === null) return false;
  if (now.getTime() - sendingSince.getTime() > LONGEST_ATTEMPT_MS) return true;
  return sender !== own && ownerIsGone(sender);
}

/** What no later attempt mends is told to people, once a day for each server. */
async function warningOf(
  { ledger, now }: SenderDeps,
  { addressee }: NoticeDelivery,
  result: Attempt,
): Promise<LedgerEvent[]> {
  if (result.kind !== 'later' || result.warning === undefined) return [];
  const raisedAt = now();
  const id = `alm-mail-${addressee.over}-${raisedAt.toISOString().slice(0, 10)}`;
  if ((await ledger.read.alarm(id)) !== null) return [];
  const alarm = { id, kind: 'mail_refused', key: null, sentence: result.warning, raisedAt } as const;
  return [{ type: 'alarm_raised', alarm }];
}

/** Records nothing, and says so, when it is not as `seen` any more: whose attempt it is counts, not only that somebody has it in hand. */
async function recorded({ ledger, now }: SenderDeps, seen: NoticeDelivery, events: LedgerEvent[]): Promise<boolean> {
  const { id, dispatch } = seen;
  const drafted = await ledger.read.dispatch(dispatch);
  const about = { incident: drafted?.incident ?? null, run: drafted?.run ?? null };
  const context = { at: now(), actor: 'system:deliveries', channel: 'engine', ...about } as const;
  return ledger.record<boolean>(context, async ({ read, wake }) => {
    const current = await read.delivery(id);
    if (current === null || !isSame(current, seen)) return { events: [], result: false };
    // A run that waits for this looks at once.
    if (drafted !== null && seen.state === 'sending') await wake(drafted.run);
    const isRaised = async (event: LedgerEvent) =>
      event.type === 'alarm_raised' && (await read.alarm(event.alarm.id)) !== null;
    const known = await Promise.all(events.map(isRaised));
    return { events: events.filter((_event, index) => known[index] === false), result: true };
  });
}

function isSame(now: NoticeDelivery, seen: NoticeDelivery): boolean {
  return now.state === seen.state && now.attempts === seen.attempts && now.sender === seen.sender;
}
