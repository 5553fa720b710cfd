import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { playPeople } from '../support/incident-people.ts';
import { provesWell, waitsAt } from '../support/incident-proof.ts';
import { anIncidentWorld, type IncidentWorld } from '../support/incident-world.ts';

test.each<[string, (world: IncidentWorld) => void, RegExp]>([
  [
    'a master key that others can read',
    ({ layout }) => chmodSync(join(layout.keysDir, 'master.key'), 0o644),
    /master\.key must be readable by its owner only \(0600\); it is 0644\. Type: chmod 600 /,
  ],
  [
    'no master key',
    ({ layout }) => rmSync(join(layout.keysDir, 'master.key')),
    /master\.key is missing\. .*rekey init/,
  ],
  [
    'no policy',
    ({ runbooksDir }) => rmSync(join(runbooksDir, 'policy.yaml')),
    /Nothing is allowed until this is right: .*policy\.yaml.*no such file/,
  ],
  [
    'a policy that cannot be read',
    ({ runbooksDir }) => writeFileSync(join(runbooksDir, 'policy.yaml'), 'version: 1\nteam: [\n'),
    /Nothing is allowed until this is right: .*policy\.yaml:\d+:\d+/,
  ],
  [
    'a ledger that is damaged',
    ({ layout }) => damage(join(layout.rekeyDir, 'ledger.sqlite')),
    /ledger\.sqlite.* not a usable SQLite file .*restore the last backup/,
  ],
])('refuses to start with %s, says what to mend, and ends', async (_what, spoil, sentence) => {
  await using world = await anIncidentWorld();
  spoil(world);
  await refuses(world, sentence);
});

test('refuses to start on a port that is taken, says so, and ends', async () => {
  await using world = await anIncidentWorld();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(world.layout.ports.rekey, '127.0.0.1', resolve));
  await refuses(world, /^Port \d+ on 127\.0\.0\.1 is taken by another program\. Set REKEY_HTTP_PORT/);
  await new Promise((resolve) => other.close(resolve));
  await world.bot.start();
}, 60_000);

test('refuses to start beside another one in the same folder, and leaves that one alone', async () => {
  await using world = await anIncidentWorld();
  await world.bot.start();
  const second = world.anotherBot({ REKEY_HTTP_PORT: '0' });
  second.launch();
  const { code, said } = await second.ended();
  expect({ code, said }).toEqual({ code: 2, said: expect.stringMatching(/Another Rekey process works in /) });
  await world.raise();
  await waitsAt(world, 'go');
}, 60_000);

test('leaves in good order when it is stopped while it still starts', async () => {
  await using world = await anIncidentWorld();
  world.bot.launch();
  await vi.waitFor(() => expect(existsSync(join(world.layout.rekeyDir, 'queue'))).toBe(true), {
    timeout: 20_000,
    interval: 5,
  });
  expect(world.bot.said()).not.toContain('ready');
  expect(await world.bot.stop()).toMatchObject({ code: 0, signal: null });
});

test('stays up with a bot token that Slack does not take, says so on /readyz, and goes on once it is right', async () => {
  await using world = await anIncidentWorld();
  const { botTokenFile, ports } = world.layout;
  const good = readFileSync(botTokenFile, 'utf8');
  writeFileSync(botTokenFile, 'xoxb-this-is-not-the-token\n');
  world.bot.launch();
  await vi.waitFor(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${ports.rekey}/readyz`);
      expect({ status: answer.status, body: await answer.json() }).toEqual({
        status: 503,
        body: { ready: false, waiting: { slack: expect.stringContaining('invalid_auth') } },
      });
    },
    { timeout: 20_000, interval: 50 },
  );
  await world.raise();
  await waitsAt(world, 'go');

  writeFileSync(botTokenFile, good);
  expect(await world.bot.stop()).toMatchObject({ code: 0 });
  await world.bot.start();
  const people = playPeople(world.slack);
  await provesWell(world);
  await people.stop();
}, 60_000);

/** One sentence, exit code 2, no stack, and nothing that keeps the process. */
async function refuses({ bot }: IncidentWorld, sentence: RegExp): Promise<void> {
  bot.launch();
  const { code, signal, said } = await bot.ended();
  expect({ code, signal }, said).toEqual({ code: 2, signal: null });
  expect(said).toMatch(sentence);
  expect(said).not.toMatch(/\n\s+at /);
}

function damage(file: string): void {
  rmSync(`${file}-wal`, { force: true });
  rmSync(`${file}-shm`, { force: true });
  writeFileSync(file, Buffer.alloc(64 * 1024, 'not a database '));
}
