import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../../src/slack/commands/index.ts';
import { SCOPES, slackManifest } from '../../src/slack/manifest.ts';
import { shortcuts } from '../../src/slack/shortcuts/index.ts';
import { readManifest } from '../../src/workspace/manifest.ts';

const print = (...flags: string[]) =>
  execFileSync(process.execPath, ['scripts/manifest.ts', ...flags], { encoding: 'utf8' });

test('every command of the catalogue is declared, and nothing else', () => {
  const app = readManifest(slackManifest({ httpUrl: null }));
  expect(app.commands.map((one) => one.command)).toEqual(commands.map((one) => one.command));
  expect(app.socketMode).toBe(true);
  expect(app.homeTab).toBe(true);
  expect([...app.events]).toEqual([
    'app_home_opened',
    'app_mention',
    'reaction_added',
    'reaction_removed',
    'message.channels',
    'message.groups',
  ]);
  expect(app.shortcuts.map((one) => one.callbackId)).toEqual(shortcuts.map((one) => one.shortcut));
  expect(app.shortcuts.every((one) => one.type === 'message')).toBe(true);
});

test('a command that is added to the catalogue is in the manifest', () => {
  const more = { command: '/keys', description: 'Look at keys', usageHint: 'list', verbs: [], run: async () => {} };
  const { features } = slackManifest({ httpUrl: null, catalogue: [...commands, more] });
  expect(features.slash_commands.at(-1)).toMatchObject({ command: '/keys', usage_hint: 'list' });
});

test('a shortcut that is added to the catalogue is in the manifest, as one of the menu of a message', () => {
  const more = { shortcut: 'look', name: 'Look at this', description: 'Looks at the message', run: async () => {} };
  const { features } = slackManifest({ httpUrl: null, menu: [more] });
  expect(features.shortcuts).toEqual([
    { name: 'Look at this', type: 'message', callback_id: 'look', description: 'Looks at the message' },
  ]);
});

test('asks for no scope that lets it write where it was not invited, or read what it need not', () => {
  expect(Object.keys(SCOPES)).not.toContain('chat:write.public');
  const read = Object.keys(SCOPES).filter((scope) => scope.includes('email') || scope === 'files:read');
  expect(read).toEqual([]);
  expect(Object.values(SCOPES).every((why) => why.length > 10)).toBe(true);
});

test('keeps within Slack’s lengths', () => {
  const { display_information, features } = slackManifest({ httpUrl: null });
  expect(display_information.description.length).toBeLessThanOrEqual(140);
  for (const one of features.slash_commands) {
    expect(one.command.length).toBeLessThanOrEqual(32);
    expect(one.usage_hint.length).toBeLessThanOrEqual(1_000);
  }
  expect(features.shortcuts.length).toBeLessThanOrEqual(10);
  for (const one of features.shortcuts) {
    expect(one.name.length).toBeLessThanOrEqual(24);
    expect(one.description.length).toBeLessThanOrEqual(150);
  }
});

test('is printed as JSON, as YAML, and for signed HTTP', () => {
  expect(JSON.parse(print())).toEqual(slackManifest({ httpUrl: null }));
  expect(parse(print('--yaml'))).toEqual(slackManifest({ httpUrl: null }));
  const url = 'https://rekey.example.com/slack/events';
  const http = JSON.parse(print('--http', url));
  expect(http.settings).toMatchObject({
    socket_mode_enabled: false,
    interactivity: { request_url: url, message_menu_options_url: url },
  });
  expect(http.features.slash_commands[0].url).toBe(url);
});
