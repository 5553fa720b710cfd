import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SharedQueue, shareQueue } from '../../src/drill/shared-queue.ts';
import { openQueue } from '../../src/engine/queue.ts';
import { hasBrowser, launch, openPage } from '../workspace/page-browser.ts';
import { breakGlass } from './break-glass.ts';
import { browserHands } from './browser-hands.ts';
import { emergency } from './emergency.ts';
import { federation } from './federation.ts';
import { incident } from './incident.ts';
import { type Cast, type Journey, PEOPLE } from './journey.ts';
import { leak } from './leak.ts';
import { planned } from './planned.ts';
import { openStage, type Stage } from './stage.ts';
import { tierThree } from './tier-three.ts';
import { transcriptOf } from './transcript.ts';
import { troubles } from './troubles.ts';
import { wireHands } from './wire-hands.ts';

const JOURNEYS: readonly Journey[] = [emergency, leak, planned, breakGlass, tierThree, federation, incident];

const CHANNELS = ['general', 'incidents'];
// Another one by JOURNEY_SEED; each that ever found something belongs in a test of its own.
const SEED = Number(process.env.JOURNEY_SEED ?? 20_261_121);

let queue: SharedQueue;
beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'journeys-'));
  const made = await openQueue({ dataDir, log: { info: () => {}, warn: () => {} }, onError: () => {} });
  queue = await shareQueue(made);
  return async () => {
    await queue.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
}, 120_000);

describe('over the wire', () => {
  test.each(JOURNEYS)('$name', { timeout: 120_000 }, async ({ name, setting, play }) => {
    await using stage = await openStage(setting, queue);
    await play(
      cast((id, name) => wireHands(stage.workspace, { id, name })),
      stage,
    );
    await endsWell(stage);
    await expect(transcriptOf(stage.workspace, CHANNELS)).toMatchFileSnapshot(
      `transcripts/${name.replaceAll(' ', '-')}.txt`,
    );
  });
});

describe('on a bad day of Slack', () => {
  test.each(JOURNEYS)('$name', { timeout: 180_000 }, async ({ name, setting, play }) => {
    await using stage = await openStage(setting, queue);
    const wellAgain = troubles(stage.workspace, SEED);
    try {
      await play(
        cast((id, who) => wireHands(stage.workspace, { id, name: who })),
        stage,
      );
    } catch (error) {
      throw new Error(`with the troubles of seed ${SEED}`, { cause: error });
    } finally {
      wellAgain();
    }
    await endsWell(stage);
    await expect(transcriptOf(stage.workspace, CHANNELS)).toMatchFileSnapshot(
      `transcripts/${name.replaceAll(' ', '-')}.txt`,
    );
  });
});

describe.skipIf(!hasBrowser)('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test.each(JOURNEYS)('$name', { timeout: 180_000 }, async ({ setting, play }) => {
    await using stage = await openStage(setting, queue);
    const problems: string[] = [];
    const pages = new Map<string, Awaited<ReturnType<typeof openPage>>>();
    for (const id of Object.values(PEOPLE))
      pages.set(id, await openPage(browser, stage.workspace, { at: `${id}/C0GENERAL` }));
    const people = cast((id, name) => {
      const opened = pages.get(id);
      if (opened === undefined) throw new Error(id);
      return browserHands(opened.page, { id, name });
    });
    await play(people, stage);
    await endsWell(stage);
    for (const opened of pages.values()) problems.push(...opened.problems);
    for (const { page } of pages.values()) await page.context().close();
    expect(problems).toEqual([]);
  });
});

function cast(hands: (id: string, name: string) => Cast['alice']): Cast {
  const { alice, bob, carol, dave } = PEOPLE;
  return {
    alice: hands(alice, 'alice'),
    bob: hands(bob, 'bob'),
    carol: hands(carol, 'carol'),
    dave: hands(dave, 'dave'),
  };
}

// A message is edited once a second at most.
const EDITS_WAIT_MS = 3_000;

/** Slack shows everything, nothing twice; the audit is whole; nobody saw a secret. */
async function endsWell({ ledger, now, secretsSeen }: Stage): Promise<void> {
  const owed = async () =>
    ((await ledger.outbox.nextDue())?.getTime() ?? Number.POSITIVE_INFINITY) <= now().getTime() + EDITS_WAIT_MS;
  await expect.poll(owed, { timeout: 20_000 }).toBe(false);
  expect(await ledger.verifyAudit()).toMatchObject({ whole: true });
  expect(await ledger.verifyTables()).toMatchObject({ whole: true });
  expect(secretsSeen()).toEqual([]);
}
