import type { Key } from '../../domain/key.ts';
import { nameOf } from '../../domain/key.ts';
import { type ForeseenRun, type PlanRadius, stepsAhead } from '../../domain/runbook-plan.ts';
import type { LedgerReader } from '../../ledger/reader.ts';
import { keyRef } from '../../steps/fields.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

/** Who and what a run about this key reaches: its callers of a week, the peers that pin it, and every other key. */
export async function radiusOf(
  read: LedgerReader,
  { key, run, now }: { key: Key | null; run: ForeseenRun; now: Date },
): Promise<PlanRadius> {
  const named = Object.values(run.inputs).flatMap((value) => keyRef.safeParse(value).data ?? []);
  const versions = key === null ? [] : await read.versionsOf(key.slug);
  const accepted = versions.filter(({ id, state }) => id !== key?.id && (state === 'active' || state === 'retiring'));
  const children = stepsAhead(run).flatMap(({ keys }) => keys);
  const own = key === null ? null : nameOf(key);
  const others = [...named.map(nameOf), ...accepted.map(nameOf), ...children].filter((name) => name !== own);
  return {
    key: own,
    callers: key === null ? [] : await callersOfAWeek(read, key, now),
    peers:
      key === null ? [] : (await read.peers()).filter(({ pins }) => pins.includes(key.slug)).map(({ name }) => name),
    environments: [...new Set([...(key === null ? [] : [key.environment]), ...named.map((ref) => ref.environment)])],
    otherKeys: [...new Set(others)].sort(),
  };
}

async function callersOfAWeek(read: LedgerReader, key: Key, now: Date): Promise<PlanRadius['callers']> {
  const callers = await read.callersOf(key.id, new Date(now.getTime() - WEEK_MS));
  return callers.map(({ caller, calls }) => ({ caller, calls }));
}
