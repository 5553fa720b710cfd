import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentsOf } from '../../scripts/pictures/contents.ts';
import { PICTURES, type Picture, readPictures } from '../../scripts/pictures/picture.ts';
import { FORMS } from '../../scripts/pictures/seen-when.ts';
import { Surface } from '../../src/domain/announce.ts';
import { forms } from '../../src/slack/actions/index.ts';
import { commands } from '../../src/slack/commands/index.ts';

const MOST_BYTES = 7_000_000;
const pictures = readPictures();

function of(kind: Picture['kind']): Set<string> {
  return new Set(pictures.filter((picture) => picture.kind === kind).map((picture) => picture.of));
}

function without<T>(all: readonly T[], seen: ReadonlySet<T>): T[] {
  return all.filter((one) => !seen.has(one));
}

/** What the tour does not come to yet; whoever takes a picture takes its line away. */
const WITHOUT_PICTURE: Readonly<Record<'messages' | 'forms' | 'answers', string[]>> = {
  messages: [
    'run_failed',
    'doubt',
    'follow_up',
    'follow_up_nag',
    'retrospective',
    'review',
    'review_reminder',
    'digest_claim',
    'digest_unused',
    'peer_board',
  ],
  forms: [
    'incident_close',
    'incident_reopen',
    'settle',
    'digest_unused',
    'mark_peer',
    'waive_peer',
    'take_over',
    'add_follow_up',
    'hand_over_follow_up',
    'move_follow_up',
    'drop_follow_up',
    'publish_retrospective',
    'tick_review',
    'settle_delivery',
    'withdraw_notice',
    'Summary',
  ],
  answers: ['/incident timeline', '/incident follow-up', '/incident retrospective', '/incident reopen'],
};
const HOW = 'play it in a scene of scripts/pictures/scenes, then: npm run pictures';

describe('what people see in Slack', () => {
  test('has a picture of every message', () => {
    expect(without(Surface.options, of('message')), HOW).toEqual(WITHOUT_PICTURE.messages);
  });

  test('has a picture of every form', () => {
    const wanted = [...forms.map(({ form }) => form), ...Object.keys(FORMS)];
    expect(without([...new Set(wanted)], of('form')), HOW).toEqual(WITHOUT_PICTURE.forms);
  });

  test('has a picture of the answer to every verb', () => {
    const wanted = commands.flatMap(({ command, verbs }) => [
      `${command} help`,
      ...verbs.map(({ verb }) => `${command} ${verb}`),
    ]);
    expect(without(wanted, of('answer')), HOW).toEqual(WITHOUT_PICTURE.answers);
  });

  test('has pictures of App Home, and of what matters on a phone', () => {
    expect(of('home')).toEqual(new Set(['home']));
    const onPhones = pictures.filter(({ file }) => file.endsWith('-phone.png')).map((picture) => picture.of);
    for (const what of ['approval', 'review', 'digest', 'incident', 'run', 'home']) expect(onPhones).toContain(what);
  });

  test('shows nothing that is gone', () => {
    const known = new Set<string>([
      ...Surface.options,
      ...Object.keys(FORMS),
      ...forms.map(({ form }) => form),
      'home',
    ]);
    for (const { command, verbs } of commands)
      for (const word of ['', ' help', ...verbs.map(({ verb }) => ` ${verb}`)]) known.add(`${command}${word}`);
    expect(pictures.map((picture) => picture.of).filter((what) => !known.has(what))).toEqual([]);
  });
});

describe('the pictures', () => {
  test('are all there, and none is left over', () => {
    const folders = readdirSync(PICTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const there = folders.flatMap(({ name }) => readdirSync(join(PICTURES, name)).map((file) => `${name}/${file}`));
    expect(there.sort()).toEqual(pictures.map(({ file }) => file).sort());
  });

  test('stand on one page, each with words for whoever cannot see it', () => {
    expect(readFileSync('docs/slack/README.md', 'utf8')).toBe(contentsOf(pictures));
    for (const { alt } of pictures) expect(alt.length).toBeGreaterThan(5);
  });

  test('are small enough to be cloned', () => {
    const bytes = pictures
      .filter(({ file }) => existsSync(join(PICTURES, file)))
      .reduce((sum, { file }) => sum + statSync(join(PICTURES, file)).size, 0);
    expect(bytes).toBeLessThan(MOST_BYTES);
  });
});
