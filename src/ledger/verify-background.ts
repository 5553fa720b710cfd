import { setTimeout as pause } from 'node:timers/promises';
import { contentHash } from '../domain/canonical.ts';
import { sentenceOf } from '../errors.ts';
import type { ChainPlace } from './audit-chain.ts';
import { stored } from './codec.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerDb } from './open.ts';
import { verifyApart } from './verify-apart.ts';

export interface BackgroundCheck {
  /** For `/readyz`: not ok as soon as something was found broken. */
  state: () => { ok: boolean; detail: string };
  /** How often everything was gone through and found whole. */
  rounds: () => number;
  stop: () => Promise<void>;
}

export interface WatchOptions {
  /**
   * Gets a sentence that says what is broken and what to do; the alarm is in the ledger by then, if it could be written. Also when nothing
   * could be checked, which is tried again after an hour.
   */
  onBroken: (sentence: string) => void;
}

interface Watched {
  file: string;
  db: LedgerDb;
  now: () => Date;
  record: Ledger['record'];
  read: Pick<Ledger['read'], 'alarm'>;
}

const HOURLY_MS = 3_600_000;
const DAILY_MS = 24 * HOURLY_MS;
const SAVE_EVERY_MS = 5_000;

/**
 * Checks the chain and the file while the ledger is in use, at once and then every day, and remembers how far it got. What it finds broken it
 * raises as an alarm, and stops: whoever looks into it wants the file as it is.
 */
export function verifyInBackground(watched: Watched, { onBroken }: WatchOptions): BackgroundCheck {
  const stopping = new AbortController();
  const { signal } = stopping;
  let broken: string | null = null;
  let rounds = 0;
  const work = async () => {
    while (!signal.aborted && broken === null) {
      const verdict = await oneRound(watched, signal).catch(failed);
      if (verdict === 'whole') rounds += 1;
      else if (verdict !== 'not_checked') {
        broken = sentenceOn(watched, verdict.why);
        await raise(watched, broken).catch(() => {});
        onBroken(broken);
      }
      await pause(verdict === 'whole' ? DAILY_MS : HOURLY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  };
  const failed = (error: unknown): Round => {
    if (!signal.aborted) onBroken(`The audit in ${watched.file} could not be checked: ${sentenceOf(error)}.`);
    return 'not_checked';
  };
  const working = work();
  return {
    state: () => (broken === null ? { ok: true, detail: '' } : { ok: false, detail: broken }),
    rounds: () => rounds,
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
}

function sentenceOn({ file }: Watched, why: string): string {
  return `The audit in ${file} is not whole: ${why}. Stop, keep the file for whoever looks into it, and restore the last backup.`;
}

type Round = 'whole' | 'not_checked' | { why: string };

async function oneRound({ file, db, now }: Watched, signal: AbortSignal): Promise<Round> {
  const checked = await db.selectFrom('audit_checked').select(['seq', 'hash']).executeTakeFirst();
  const saver = openSaver(db, now);
  try {
    const apart = { file, checked: checked ?? null, pace: 'half' } as const;
    const verdict = await verifyApart(apart, { signal, onChecked: saver.reached });
    if (verdict === null) throw new Error('the thread that checks it ended without an answer');
    return verdict.whole ? 'whole' : { why: verdict.why };
  } finally {
    await saver.end();
  }
}

/** Writes down how far the check got, every few seconds: a page is checked in milliseconds, and a durable write takes as long. */
function openSaver(db: LedgerDb, now: () => Date) {
  let place: ChainPlace | null = null;
  let saved = performance.now();
  let writing = Promise.resolve();
  const save = () => {
    const reached = place;
    if (reached === null) return;
    place = null;
    saved = performance.now();
    // Not remembering costs the next start some time; it is no reason to stop checking.
    writing = writing.then(() => saveChecked(db, reached, now())).catch(() => {});
  };
  return {
    reached: (at: ChainPlace) => {
      place = at;
      if (performance.now() - saved > SAVE_EVERY_MS) save();
    },
    end: async () => {
      save();
      await writing;
    },
  };
}

async function saveChecked(db: LedgerDb, { seq, hash }: ChainPlace, at: Date): Promise<void> {
  const values = { seq, hash, checked_at: stored(at) };
  await db
    .insertInto('audit_checked')
    .values({ id: 1, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values).where('audit_checked.seq', '<', seq))
    .execute();
}

// Under a name that its sentence gives it: the same finding raises one alarm, however often it is made.
async function raise({ record, read, now }: Watched, sentence: string): Promise<void> {
  const id = `alm-audit-${contentHash(sentence).slice(0, 12)}`;
  if ((await read.alarm(id)) !== null) return;
  const alarm = { id, kind: 'audit_broken', key: null, sentence, raisedAt: now() } as const;
  await record({ at: now(), actor: 'system:audit', channel: 'engine' }, async () => ({
    events: [{ type: 'alarm_raised', alarm }],
    result: undefined,
  }));
}
