import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { Surface } from '../../src/domain/announce.ts';
import { commands } from '../../src/slack/commands/index.ts';
import type { Message } from '../../src/workspace/state/message.ts';
import type { Hands } from '../../test/journeys/hands.ts';
import { PEOPLE } from '../../test/journeys/journey.ts';
import { saysAll } from '../../test/journeys/said.ts';
import type { Stage } from '../../test/journeys/stage.ts';
import { untilFound } from '../../test/journeys/until-found.ts';
import { PICTURES, type Picture } from './picture.ts';
import { FORMS, SURFACES } from './seen-when.ts';
import { newestPrivate, placesOf, seen, settled } from './sent.ts';
import { smallerPng } from './smaller-png.ts';

type Name = keyof typeof PEOPLE;
export interface Shot {
  /** What is special about this one: becomes part of the file's name. */
  as?: string;
  /** Instead of what is said of all of its kind. */
  when?: string;
  /** The newest one that says this. */
  says?: string;
  phone?: true;
  /** Presses once more when no form came. */
  again?: () => Promise<void>;
}

const WIDE = 720;
const BESIDE = 820;
const PHONE = 390;
const TALL = 3_000;
const ALT = 180;
const WITHIN_MS = 8_000;

interface Subject {
  kind: Picture['kind'];
  of: string;
  area: string;
  name: string;
  when: string;
}

/** Takes pictures of what people see at this moment; each is cropped to the message or form that it is of. */
export interface Camera {
  surface: (surface: Surface, who: Hands, shot?: Shot) => Promise<void>;
  /** The form that is open. */
  form: (who: Hands, shot?: Shot) => Promise<void>;
  /** Types a command where this person is: the private answer, or the form that it opened, which stays open. */
  asks: (who: Hands, line: string, shot?: Shot) => Promise<void>;
  home: (who: Hands, shot?: Shot) => Promise<void>;
}

export function openCamera(
  stage: Stage,
  pages: Readonly<Record<Name, Page>>,
  keep: (picture: Picture) => void,
): Camera {
  const { workspace, ledgerFile } = stage;

  const taken = async (subject: Subject, at: Locator, { as, when, phone }: Shot): Promise<void> => {
    const name = [subject.name, as, phone && 'phone'].filter((part) => typeof part === 'string').join('-');
    const file = `${subject.area}/${name}.png`;
    const path = `${PICTURES}${file}`;
    mkdirSync(dirname(path), { recursive: true });
    await at.page().mouse.move(0, 0);
    writeFileSync(path, smallerPng(await at.screenshot({ animations: 'disabled', caret: 'hide' })));
    const words = (await at.allInnerTexts()).join(' ').replace(/\s+/g, ' ').trim();
    keep({
      file,
      kind: subject.kind,
      of: subject.of,
      when: `${when ?? subject.when}${phone === true ? ', on a phone' : ''}`,
      alt: words.slice(0, ALT),
    });
  };

  const ofMessage = async (
    subject: Subject,
    message: Pick<Message, 'channel' | 'ts' | 'threadTs'>,
    who: Name,
    shot: Shot,
  ) => {
    const page = pages[who];
    await page.setViewportSize({ width: shot.phone === true ? PHONE : WIDE, height: TALL });
    const { channel, ts, threadTs } = message;
    await goTo(page, [PEOPLE[who], channel, ...(threadTs === undefined ? [] : [threadTs])].join('/'));
    const pane = threadTs === undefined ? '#channel' : '#thread';
    const article = page.locator(`${pane} article[data-ts="${ts}"]`);
    await article.waitFor();
    await taken(subject, article, shot);
  };

  const ofForm = async (subject: Subject, who: Name, shot: Shot) => {
    const page = pages[who];
    const dialog = page.locator('dialog.modal[open]');
    await page.setViewportSize({ width: shot.phone === true ? PHONE : BESIDE, height: TALL });
    await dialog.waitFor();
    // A form is as tall as its content here; in Slack one scrolls.
    await dialog.evaluate(GROW);
    await taken(subject, dialog, shot);
  };

  /** The message of the ledger's table that was sent last and says these words. */
  const sent = async (surface: Surface, who: Name, says: string | undefined): Promise<Message> => {
    const person = workspace.person(PEOPLE[who]);
    await settled(stage);
    return untilFound(
      `${who}: the message ${surface}${says === undefined ? '' : ` that says "${says}"`}`,
      () => {
        for (const { channel, ts } of placesOf(ledgerFile, surface)) {
          const message = seen(person, channel).find((one) => one.ts === ts);
          if (message !== undefined && (says === undefined || saysAll(message, [says]))) return message;
        }
        return undefined;
      },
      () =>
        placesOf(ledgerFile, surface)
          .map(({ channel, ts }) => `${channel} ${ts}`)
          .join(', ') || 'none was sent',
      WITHIN_MS,
    );
  };

  return patient({
    surface: async (surface, hands, shot = {}) => {
      const who = nameOf(hands);
      const message = await sent(surface, who, shot.says);
      const { area, when } = SURFACES[surface];
      await ofMessage({ kind: 'message', of: surface, area, name: dashed(surface), when }, message, who, shot);
    },
    form: async (hands, shot = {}) => {
      const who = nameOf(hands);
      const look = () => workspace.person(PEOPLE[who]).views().at(-1);
      const opened = () => untilFound(`${who}: an open form`, look, () => 'none', WITHIN_MS);
      // Slack opens a form within three seconds of the press or not at all; people press again.
      const { callbackId, title = '' } = await opened().catch(async (error: unknown) => {
        if (shot.again === undefined) throw error;
        await shot.again();
        return opened();
      });
      // What only shows something has no id, and a title that may go on after a comma.
      const of = callbackId || (title.split(',')[0] ?? '');
      const known = FORMS[of];
      if (known === undefined) throw new Error(`seen-when.ts knows no form "${of}" ("${title}").`);
      await ofForm({ kind: 'form', of, name: `form-${dashed(of)}`, ...known }, who, shot);
    },
    asks: async (hands, line, shot = {}) => {
      const who = nameOf(hands);
      const person = workspace.person(PEOPLE[who]);
      const before = newestPrivate(workspace.person(PEOPLE[who]))?.ts;
      await hands.types(line);
      const found = await untilFound(
        `${who}: an answer to ${line}`,
        () => {
          const answer = newestPrivate(workspace.person(PEOPLE[who]));
          return answer?.ts === before ? person.views().at(-1) : answer;
        },
        () => 'none',
        WITHIN_MS,
      );
      const subject = subjectOf(line);
      if ('ts' in found) return ofMessage(subject, found, who, shot);
      return ofForm(subject, who, shot);
    },
    home: async (hands, shot = {}) => {
      const who = nameOf(hands);
      const page = pages[who];
      await workspace.person(PEOPLE[who]).openHome();
      await settled(stage);
      await page.setViewportSize({ width: shot.phone === true ? PHONE : WIDE, height: TALL });
      await goTo(page, `${PEOPLE[who]}/home`);
      const tab = page.locator('#home > div');
      await tab.locator('.block').first().waitFor();
      const subject: Subject = { kind: 'home', of: 'home', area: 'home', name: 'home', when: 'App Home' };
      // It is drawn anew whenever something has changed, also while it is photographed.
      await taken(subject, tab, shot).catch(() => taken(subject, tab, shot));
    },
  });
}

/** A picture that cannot be taken is named, and the tour goes on; in the end it has failed. */
function patient(camera: Camera): Camera {
  const tried = async (what: string, take: Promise<void>): Promise<void> => {
    try {
      await take;
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`No picture of ${what}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  };
  return {
    surface: (surface, who, shot) => tried(`${surface} ${shot?.as ?? ''}`, camera.surface(surface, who, shot)),
    form: (who, shot) => tried(`the form of ${who.who} ${shot?.as ?? ''}`, camera.form(who, shot)),
    asks: (who, line, shot) => tried(line, camera.asks(who, line, shot)),
    home: (who, shot) => tried(`the home of ${who.who}`, camera.home(who, shot)),
  };
}

/** `/keys list …` or `@rekey keys list …`. */
function subjectOf(line: string): Subject {
  const words = line.replace(/^@rekey /, '/').split(' ');
  const [command = '', word = ''] = words;
  const known = commands.find((one) => one.command === command);
  const verb = known?.verbs.find((one) => one.verb === word);
  const area = `command-${command.slice(1)}`;
  if (word === 'help')
    return {
      kind: 'answer',
      of: line,
      area,
      name: 'help',
      when: 'what this person may do, with a line to type for each',
    };
  if (verb === undefined) return { kind: 'answer', of: command, area, name: 'begun', when: `typed: ${line}` };
  return { kind: 'answer', of: `${command} ${word}`, area, name: word, when: `${verb.help}; typed: ${line}` };
}

function nameOf({ who }: Hands): Name {
  const name = Object.keys(PEOPLE).find((one): one is Name => one === who);
  if (name === undefined) throw new Error(`Nobody is called ${who}.`);
  return name;
}

// Runs in the page: a form as tall as what is in it, without the marks of somebody typing.
const GROW = `(node) => {
  node.style.maxHeight = 'none';
  node.style.height = 'fit-content';
  document.activeElement?.blur();
}`;

function goTo(page: Page, place: string): Promise<void> {
  return page.evaluate(`location.hash = ${JSON.stringify(place)}; undefined`);
}

const dashed = (name: string) => name.toLowerCase().replaceAll(/[_ ]/g, '-');
