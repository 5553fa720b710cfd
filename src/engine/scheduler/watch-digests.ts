import type { DigestHead } from '../../domain/digest/digest.ts';
import type { LedgerEvent } from '../../domain/event.ts';
import type { DigestMessage } from '../../ledger/digest-reader.ts';
import { raiseOnce } from './alarms.ts';
import { asSchedule, type SchedulerDeps } from './deps.ts';

const HOUR_MS = 3_600_000;
/** What has not come through by then never will be news. */
const WATCHED_MS = 72 * HOUR_MS;

/** The digests of which this process knows that every message came through or never will. */
export type Settled = Set<string>;

/** Writes down who was shown what once Slack has taken it, and raises an alarm when Slack has not within an hour. */
export async function watchDigests(deps: SchedulerDeps, now: Date, settled: Settled): Promise<void> {
  const recent = await deps.ledger.read.digestsSince(new Date(now.getTime() - WATCHED_MS));
  const known = new Set(recent.map(({ id }) => id));
  for (const id of settled) if (!known.has(id)) settled.delete(id);
  for (const digest of recent.filter(({ id }) => !settled.has(id))) {
    const messages = await deps.ledger.read.digestMessages(digest.id);
    await recordShown(deps, { digest, messages, now });
    await warnOfSilence(deps, { digest, messages, now });
    if (messages.every(({ postedAt, gaveUp }) => postedAt !== null || gaveUp)) settled.add(digest.id);
  }
}

interface Watched {
  digest: DigestHead;
  messages: readonly DigestMessage[];
  now: Date;
}

async function recordShown({ ledger }: SchedulerDeps, { digest, messages, now }: Watched): Promise<void> {
  if (messages.every(({ postedAt, recorded }) => postedAt === null || recorded)) return;
  await ledger.record(asSchedule(now), async ({ read }) => {
    // Asked again: another scheduler may have written some of them down.
    const events = (await read.digestMessages(digest.id)).flatMap(
      ({ subject, person, postedAt, recorded }): LedgerEvent[] =>
        postedAt === null || recorded
          ? []
          : [{ type: 'digest_shown', digest: digest.id, message: subject, to: person, shownAt: postedAt }],
    );
    return { events, result: undefined };
  });
}

async function warnOfSilence(deps: SchedulerDeps, { digest, messages, now }: Watched): Promise<void> {
  if (now.getTime() - digest.ranAt.getTime() < HOUR_MS) return;
  const silent = messages.filter(({ postedAt }) => postedAt === null);
  const [first] = silent;
  if (first === undefined) return;
  const why = first.error === null ? 'Slack was not reached' : first.error;
  const next = silent.every(({ gaveUp }) => gaveUp)
    ? 'They are not tried again'
    : 'They are tried again until Slack takes them';
  await raiseOnce(deps, now, {
    id: `alm-silent-${digest.id}`,
    kind: 'digest_missed',
    key: null,
    sentence: `${silent.length} of ${messages.length} messages of the digest of ${digest.day} have reached nobody within an hour: ${why}. ${next}; until then: rekey digest show.`,
  });
}
