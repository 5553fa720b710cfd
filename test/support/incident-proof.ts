import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, vi } from 'vitest';
import { secretScan } from '../../src/demo/secret-scan.ts';
import { CALLERS_KEY } from '../../src/demo/seed.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import { INCIDENTS, WHO } from './incident-people.ts';
import type { IncidentWorld } from './incident-world.ts';

/** The steps of R-KEY-EXPIRY that an expired API key goes through, in order. */
export const STEPS = [
  'class',
  'evidence',
  'elsewhere',
  'stop_issuing',
  'admin',
  'why_missed',
  'go',
  'mint',
  'least',
  'deliver',
  'live',
  'redeployed',
  'revoke_old',
  'old_dead',
  'tell',
  'tell_outside',
  'never_again',
  'copies',
  'summary',
] as const;

/** Waits for the end of the run and looks up, after the fact, everything that an incident promises, however often the bot died. */
export async function provesWell(world: IncidentWorld): Promise<void> {
  await runSucceeds(world);
  await everythingIsShown(world);
  await oneKeyWasMinted(world);
  oneMessagePerFact(world);
  await callsAreAcceptedAgain(world);
  expect(await world.ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(secretsSeen(world)).toEqual([]);
}

/** Resolves when the run waits there, for people. */
export async function waitsAt(world: IncidentWorld, step: string): Promise<void> {
  const state = async () => (await world.run()).steps[step]?.state;
  await vi.waitFor(async () => expect(await state()).toBe('waiting'), { timeout: 30_000, interval: 30 });
}

async function runSucceeds(world: IncidentWorld): Promise<void> {
  const run = await vi.waitFor(
    async () => {
      const found = await world.run();
      if (found.outcome === null) throw new Error(`The run is not over; it stands at ${openStepsOf(found.steps)}.`);
      return found;
    },
    { timeout: 40_000, interval: 30 },
  );
  const failed = Object.values(run.steps).filter((record) => record.state === 'failed');
  expect(failed).toEqual([]);
  expect(run.outcome).toBe('succeeded');
  const ended = Object.values(run.steps).filter((record) => record.state === 'done');
  // A step that is added to the runbook has to be killed here too.
  expect(ended.map((record) => record.step).sort()).toEqual([...STEPS].sort());
  const incident = run.incident === null ? null : await world.ledger.read.incident(run.incident);
  expect(incident?.closedAt, incident?.openPoints.join('; ')).not.toBeNull();
}

function openStepsOf(steps: Record<string, { step: string; state: string }>): string {
  const open = Object.values(steps).filter(({ state }) => state !== 'done' && state !== 'skipped');
  return open.map(({ step, state }) => `${step} (${state})`).join(', ') || 'its start';
}

/** Slack shows the ledger as it is: nothing is left to post or to rewrite. */
export async function everythingIsShown({ ledger }: IncidentWorld): Promise<void> {
  // What is due later is drawn again only because time passes.
  const owed = async () => ((await ledger.outbox.nextDue())?.getTime() ?? Number.POSITIVE_INFINITY) <= Date.now();
  await vi.waitFor(async () => expect(await owed()).toBe(false), { timeout: 20_000, interval: 30 });
}

async function oneKeyWasMinted(world: IncidentWorld): Promise<void> {
  const [second, first, ...others] = (await world.ledger.read.versionsOf(CALLERS_KEY)).sort(
    (a, b) => b.version - a.version,
  );
  expect(others).toEqual([]);
  expect(first).toMatchObject({ version: 1, state: 'revoked', provedDeadAt: expect.any(Date) });
  expect(second).toMatchObject({ version: 2, state: 'active', predecessor: first?.id, provedLiveAt: expect.any(Date) });
  const rotations = rowsOf(world, 'select key_id, replacement_id, state from rotations');
  expect(rotations).toEqual([{ key_id: first?.id, replacement_id: second?.id, state: 'completed' }]);
}

/** By the mark that each message carries, over channel, threads and direct messages. */
function oneMessagePerFact(world: IncidentWorld): void {
  const announced = rowsOf<{ id: string }>(world, 'select id from messages').map(({ id }) => id);
  expect(marksOf(messagesOf(world))).toEqual(announced.sort());
}

function marksOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ metadata }) => (metadata === undefined ? [] : [String(metadata.event_payload.id)])).sort();
}

/** Everything that the app has posted for good, in the incident channel, its threads and direct messages. */
function messagesOf({ slack }: IncidentWorld): Message[] {
  const people = Object.values(WHO).map((id) => slack().person(id));
  const direct = people.flatMap((person) => person.messages(person.directMessage()));
  const inChannel = slack().person(WHO.alice).messages(INCIDENTS);
  return [...inChannel, ...direct].filter(({ by, visibleTo }) => by === 'app' && visibleTo === undefined);
}

async function callsAreAcceptedAgain({ api, layout, material }: IncidentWorld): Promise<void> {
  expect(await api.call(readFileSync(layout.callerKeyFile, 'utf8').trim())).toBe(200);
  expect(await api.call(material.first)).toBe(401);
}

/** Where a secret was seen that must not be there: the wire, the chat, logs, reports, the pages of ledger and queue, arguments. */
export function secretsSeen({ layout, material, wire, bot, slack }: IncidentWorld) {
  expect(material.secrets.size).toBeGreaterThan(4);
  const look = secretScan(material.secrets);
  return [
    ...look.inText('Slack traffic', wire()),
    ...look.inText('chat', JSON.stringify(slack().wire.list())),
    ...look.inFolder(layout.logsDir),
    ...look.inFolder(layout.rekeyDir, [layout.keysDir]),
    ...look.inArguments([process.pid, bot.pid() ?? process.pid]),
  ];
}

/** What no reader of the ledger offers, straight from its file. */
export function rowsOf<Row>({ layout }: IncidentWorld, sql: string): Row[] {
  const sqlite = new Database(join(layout.rekeyDir, 'ledger.sqlite'), { readonly: true });
  try {
    return sqlite.prepare<[], Row>(sql).all();
  } finally {
    sqlite.close();
  }
}
