import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type SharedQueue, shareQueue } from '../../src/drill/shared-queue.ts';
import { openQueue } from '../../src/engine/queue.ts';
import { PEOPLE } from '../../test/journeys/journey.ts';
import { openStage } from '../../test/journeys/stage.ts';
import { wireHands } from '../../test/journeys/wire-hands.ts';
import { launch, openPage } from '../../test/workspace/page-browser.ts';
import { openCamera } from './camera.ts';
import { contentsOf } from './contents.ts';
import { type Picture, readPictures, writePictures } from './picture.ts';
import type { Scene } from './scene.ts';

const CONTENTS = new URL('../../docs/slack/README.md', import.meta.url);

/** Plays the scenes one after the other, and writes the list of what was photographed; pictures of other scenes stay as they are. */
export async function tour(scenes: readonly Scene[]): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pictures-'));
  const made = await openQueue({ dataDir, log: { info: () => {}, warn: () => {} }, onError: () => {} });
  const queue = await shareQueue(made);
  const browser = await launch();
  try {
    for (const scene of scenes) await played(scene, { browser, queue }).catch(failed(scene));
  } finally {
    await browser.close();
    await queue.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function played(scene: Scene, { browser, queue }: { browser: Browser; queue: SharedQueue }): Promise<void> {
  await using stage = await openStage(scene.setting, queue);
  const { workspace } = stage;
  const open = async (id: string): Promise<Page> =>
    (await openPage(browser, workspace, { at: `${id}/C0GENERAL` })).page;
  const { alice, bob, carol, dave } = PEOPLE;
  const pages = { alice: await open(alice), bob: await open(bob), carol: await open(carol), dave: await open(dave) };
  const hands = (id: string, name: string) => wireHands(workspace, { id, name });
  const people = {
    alice: hands(alice, 'alice'),
    bob: hands(bob, 'bob'),
    carol: hands(carol, 'carol'),
    dave: hands(dave, 'dave'),
  };
  const camera = openCamera(stage, pages, (picture) => {
    keepInList(picture);
    process.stdout.write(`docs/slack/pictures/${picture.file}\n`);
  });
  try {
    await scene.play(people, stage, camera);
  } finally {
    for (const page of Object.values(pages)) await page.context().close();
  }
}

/** What was photographed so far is good; the next scene has a stage of its own. */
function failed({ name }: Scene): (error: unknown) => void {
  return (error) => {
    process.exitCode = 1;
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
  };
}

/** At once, so that a tour that was ended keeps what it has. */
function keepInList(taken: Picture): void {
  const others = readPictures().filter(({ file }) => file !== taken.file);
  const all = [...others, taken].sort((a, b) => (a.file < b.file ? -1 : 1));
  writePictures(all);
  writeFileSync(CONTENTS, contentsOf(all));
}
