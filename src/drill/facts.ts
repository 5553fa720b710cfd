import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretScan } from '../demo/secret-scan.ts';
import type { AuditEntry } from '../domain/event.ts';
import type { RunId } from '../domain/ids.ts';
import type { Key } from '../domain/key.ts';
import type { RotationFacts } from '../domain/metrics.ts';
import type { Run } from '../domain/run.ts';
import { toldBy } from '../domain/timeline.ts';
import { expectedLines } from './expected-lines.ts';
import type { Stage } from './stage.ts';
import { paymentsSince } from './traffic.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MOST_LINES = 100_000;

/** What is known when everything is over, looked up in the ledger and in what the API saw; nothing is remembered from the way there. */
export interface Ended {
  runs: Run[];
  /** The key as it is now, and the version that took its place; null where none did. */
  old: Key;
  replacement: Key | null;
  lines: AuditEntry[];
}

export async function endedOf({ deps, subject }: Stage, followed: readonly RunId[]): Promise<Ended> {
  const { read } = deps.ledger;
  const runs = await Promise.all(followed.map((id) => read.run(id)));
  const versions = await read.versionsOf(subject.slug);
  const replacement = versions
    .filter(({ version, state }) => version > subject.version && state !== 'revoked')
    .reduce<Key | null>((newest, key) => (newest === null || key.version > newest.version ? key : newest), null);
  return {
    runs: runs.flatMap((run) => (run === null ? [] : [run])),
    old: versions.find(({ id }) => id === subject.id) ?? subject,
    replacement,
    lines: (await read.audit({ limit: MOST_LINES })).reverse(),
  };
}

/** Callers go on for a day after it is over: who still has the old key shows only then. */
export async function liveADay(stage: Stage): Promise<void> {
  for (let hour = 1; hour <= 24; hour++) await stage.travelTo(new Date(stage.now().getTime() + HOUR_MS));
  await stage.flushUsage();
}

export async function factsOf(stage: Stage, ended: Ended): Promise<RotationFacts> {
  const { old, replacement, runs } = ended;
  const { revokedAt } = old;
  const refusedAt = stage.traffic.seen('old').nowhereAt;
  // Where it is revoked first, the outage until the new one is there was decided, and is no failure of what came after.
  const overAt = replacement === null || revokedAt === null ? null : latest([revokedAt, replacement.provedLiveAt]);
  const wasRefusedBefore = revokedAt !== null && refusedAt !== null && refusedAt < revokedAt;
  return {
    rotations: rotationsOf(ended),
    dayAfter: await dayAfter(stage, ended),
    rejectedInHour: overAt === null ? null : rejectedInHour(stage, overAt),
    revocations: revokedAt === null || wasRefusedBefore ? [] : [{ revokedAt, rejectedAt: refusedAt }],
    attempts: attemptsOf(ended),
    events: await expectedLines(stage, ended),
    canaries: canariesOf(runs),
    exposures: sightings(stage),
    failures: failuresOf(ended),
  };
}

function rotationsOf({ runs, old, replacement }: Ended): RotationFacts['rotations'] {
  return runs
    .filter((run) => run.steps.mint !== undefined || replacement !== null)
    .map((run) => {
      const isIt = run.outcome === 'succeeded';
      // In use is what was seen to work, and not what was only put there.
      const activeAt = isIt ? latest([replacement?.activatedAt ?? null, replacement?.provedLiveAt ?? null]) : null;
      const completed = isIt && old.provedDeadAt !== null && replacement !== null && replacement.provedLiveAt !== null;
      return { initiatedAt: run.startedAt, activeAt, completed };
    });
}

/** From the usage counters of the ledger, which count by the minute: the minute of the end itself belongs to neither side. */
async function dayAfter({ deps }: Stage, { old, replacement }: Ended): Promise<RotationFacts['dayAfter']> {
  if (old.revokedAt === null || replacement === null) return null;
  const end = latest([old.revokedAt, old.graceEndsAt, replacement.provedLiveAt]) ?? old.revokedAt;
  const from = new Date(Math.ceil(end.getTime() / MINUTE_MS) * MINUTE_MS);
  const callsOf = async (key: Key) => {
    const usage = await deps.ledger.read.usageOf(key.id, from);
    return usage.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0);
  };
  const [withOld, withNew] = [await callsOf(old), await callsOf(replacement)];
  return withOld + withNew === 0 ? null : { withOld, all: withOld + withNew };
}

function rejectedInHour({ traffic, subject }: Stage, from: Date): RotationFacts['rejectedInHour'] {
  const calls = paymentsSince(traffic.calls, from);
  if (calls.length === 0) return null;
  const byHour = new Map<number, number>();
  for (const { at, outcome } of calls) {
    const hour = Math.floor((at.getTime() - from.getTime()) / HOUR_MS);
    byHour.set(hour, (byHour.get(hour) ?? 0) + (outcome === 'accepted' ? 0 : 1));
  }
  return [{ service: subject.service, count: Math.max(...byHour.values()) }];
}

/** Each time that a step was recorded as begun again or ended is an attempt of it; one that is to be tried again has failed. */
function attemptsOf({ lines }: Ended): RotationFacts['attempts'] {
  const records = lines.flatMap((line) => failedOrEnded(line) ?? []);
  return { failed: records.filter((how) => how === 'failed').length, all: records.length };
}

function failedOrEnded(line: AuditEntry): 'failed' | 'ended' | null {
  const told = toldBy(line);
  if (told.type !== 'step_recorded') return null;
  const { record } = told;
  if (record.state === 'failed' || (record.state === 'waiting' && record.waiting.kind === 'retry')) return 'failed';
  return record.state === 'done' || record.state === 'waiting' ? 'ended' : null;
}

function canariesOf(runs: readonly Run[]): RotationFacts['canaries'] {
  const records = runs.flatMap((run) => Object.values(run.steps)).filter(({ step }) => step.startsWith('canary'));
  return { failed: records.filter(({ state }) => state === 'failed').length, all: records.length };
}

/** A step that failed is well again when it was done, or when its run has ended with everything taken back. */
function failuresOf({ lines }: Ended): RotationFacts['failures'] {
  const failedAt = new Map<string, Date>();
  const restoredAt = new Map<string, Date>();
  const undoing = new Set<string>();
  const restored = (id: string, at: Date) => {
    if (failedAt.has(id) && !restoredAt.has(id)) restoredAt.set(id, at);
  };
  for (const line of lines) {
    const told = toldBy(line);
    if (told.type === 'run_finished' && undoing.has(told.run))
      for (const id of failedAt.keys()) if (id.startsWith(`${told.run}#`)) restored(id, line.at);
    if (told.type !== 'step_recorded') continue;
    const id = `${told.run}#${told.record.step}`;
    if (failedOrEnded(line) === 'failed' && !failedAt.has(id)) failedAt.set(id, line.at);
    if (told.record.state === 'undone') undoing.add(told.run);
    if (told.record.state === 'done') restored(id, line.at);
  }
  return [...failedAt].map(([id, at]) => ({ failedAt: at, restoredAt: restoredAt.get(id) ?? null }));
}

/** Everything that people, logs, ledger and Slack have seen, searched for everything that nobody may see. */
function sightings({ layout, workspace, secrets }: Stage): number {
  const look = secretScan(secrets);
  const files = readdirSync(layout.logsDir).map((name) => join(layout.logsDir, name));
  return [
    ...look.inText('Slack', JSON.stringify(workspace.wire.list())),
    ...look.inFolder(layout.rekeyDir, [layout.keysDir]),
    ...files.flatMap((file) => look.inText(file, readFileSync(file, 'utf8'))),
    ...look.inArguments([process.pid]),
  ].length;
}

export function latest(instants: readonly (Date | null)[]): Date | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
