import { setTimeout as pause } from 'node:timers/promises';
import { contentHash } from '../domain/canonical.ts';
import { sentenceOf } from '../errors.ts';
import type { ChainPlace } from './audit-chain.ts';
import { stored } from './codec.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerDb } from './open.ts';
import { verifyApart } from './verify-apart.ts';
import type { FileVerdict } from './verify-file.ts';

export interface BackgroundCheck {
  /** For `/readyz`: not ok as soon as something was found broken. */
  state: () => { ok: boolean; detail: string };
  /** How often everything was gone through and found whole. */
  rounds: () => number;
  stop: () => Promise<void>;
}

export interface WatchOptions {
  /** Gets a sentence that says what is broken and what to do. The alarm is in the ledger by then, if it could be written. */
  onBroken: (sentence: string) => void;
}

interface Watched {
  file: string;
  db: LedgerDb;
  now: () => Date;
  record: Ledger['record'];
  read: Pick<Ledger['read'], 'alarm'>;
}

const DAILY_MS = 24 * 3_600_000;
const SAVE_EVERY_MS = 5_000;

/**
 * Checks the chain and the file while the ledger is in use, at once and then every day, and remembers how far it got. What it finds broken it
 * raises as an alarm, and stops: whoever looks into it wants the file as it is.
 */
export function verifyInBackground(watched: Watched, { onBroken }: WatchOptions): BackgroundCheck {
  const stopping = new AbortController();
  let broken: string | null = null;
  let rounds = 0;
  const work = async () => {
    while (!stopping.signal.aborted) {
      const verdict = await oneRound(watched, stopping.signal);
      if (verdict === null) return;
      if (!verdict.whole) {
        broken = `The audit in ${watched.file} is not whole: ${verdict.why}. Stop, keep the file for whoever looks into it, and restore the last backup.`;
        await raise(watched, broken).catch(() => {});
        onBroken(broken);
        return;
      }
      rounds += 1;
      await pause(DAILY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  const working = work().catch((error: unknown) => {
    if (!stopping.signal.aborted) onBroken(`The audit in ${watched.file} cannot be checked: ${sentenceOf(error)}.`);
  });
  return {
    state: () => (broken === null ? { ok: true, detail: '' } : { ok: false, detail: broken }),
    rounds: () => rounds,
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
}

/** Null when it was stopped. */
async function oneRound({ file, db, now }: Watched, signal: AbortSignal): Promise<FileVerdict | null> {
  const checked = await db.selectFrom('audit_checked').select(['seq', 'hash']).executeTakeFirst();
  const saver = openSaver(db, now);
  try {
    const pace = 'half' as const;
    return await verifyApart({ file, checked: checked ?? null, pace }, { signal, onChecked: saver.reached });
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
