import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CALLERS_KEY } from '../../src/demo/seed.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { freePort } from '../support/free-port.ts';
import { type DemoChild, isAlive, startDemo } from './demo-child.ts';

const PAGE = /(http:\/\/127\.0\.0\.1:\d+)\/\?token=/;

describe('the interactive demo', () => {
  let folder: string;
  let started: DemoChild[] = [];
  const start = (...args: string[]) => {
    const demo = startDemo('--data', folder, ...args);
    started.push(demo);
    return demo;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rekey-demo-'));
    started = [];
  });
  afterEach(async () => {
    for (const demo of started) demo.signal('SIGKILL');
    await Promise.all(started.map((demo) => demo.exitCode));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test('stops everything on Ctrl-C, and goes on with the same chat, ledger and ports', async () => {
    const first = start();
    const url = await first.prints(PAGE);
    await say(url, folder, 'Said before the stop');
    const keysBefore = await callersKeys(folder);
    const programs = await all(first, 3);
    first.signal('SIGINT');
    expect(await first.exitCode).toBe(0);
    expect(programs.filter(isAlive)).toEqual([]);
    expect(first.out()).not.toMatch(/is started again/);

    const second = start();
    expect(await second.prints(PAGE)).toBe(url);
    expect(await history(url, folder)).toContain('Said before the stop');
    expect(await callersKeys(folder)).toEqual(keysBefore);
    await second.prints(/It goes on where it stopped/);
    second.signal('SIGINT');
    expect(await second.exitCode).toBe(0);
  }, 90_000);

  test('leaves no program behind when it is killed, and starts again afterwards', async () => {
    const first = start();
    await first.prints(PAGE);
    const programs = await all(first, 3);
    first.signal('SIGKILL');
    await vi.waitFor(() => expect(programs.filter(isAlive)).toEqual([]), { timeout: 15_000, interval: 50 });
    const second = start();
    await second.prints(PAGE);
  }, 90_000);

  test('says in one sentence that a port is taken, and changes nothing', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    const demo = start('--port', String(port));
    expect(await demo.exitCode).toBe(2);
    expect(demo.out()).toBe(
      `Port ${port}, which the demo uses for its page, is taken by another program. Give another one with --port.\n`,
    );
    other.close();
  });

  test('says that it is running already when it is started twice on one folder', async () => {
    const first = start();
    await first.prints(PAGE);
    const second = start();
    expect(await second.exitCode).toBe(2);
    expect(second.out()).toMatch(/^Port \d+, which the demo uses for its \w+, is taken by another program\. .*\n$/);
    expect((await all(first, 3)).every(isAlive)).toBe(true);
  }, 60_000);

  test.each([
    ['--json without --script', ['--json'], /^--json goes with --script/],
    ['a port that is none', ['--port', 'http'], /Expected a port from 1024 to 65535/],
    ['an unknown option', ['--scrpt'], /Did you mean --script\?/],
  ])('refuses %s in a sentence', async (_name, args, sentence) => {
    const demo = start(...args);
    expect(await demo.exitCode).toBe(2);
    expect(demo.out()).toMatch(sentence);
    expect(demo.out()).not.toMatch(/\n\s+at /);
  });
});

/** The demo starts its last programs just before it prints the address. */
async function all(demo: DemoChild, count: number): Promise<number[]> {
  return vi.waitFor(() => {
    const programs = demo.children();
    expect(programs).toHaveLength(count);
    return programs;
  });
}

async function callersKeys(folder: string): Promise<string[]> {
  const ledger = await openLedger({ file: `${folder}/rekey/ledger.sqlite`, now: () => new Date() });
  const keys = await ledger.read.versionsOf(CALLERS_KEY);
  await ledger.close();
  return keys.map((key) => key.id);
}

async function say(url: string, folder: string, text: string): Promise<void> {
  expect(await slack(url, { folder, method: 'chat.postMessage', body: { channel: 'C0GENERAL', text } })).toContain(
    '"ok":true',
  );
}

function history(url: string, folder: string): Promise<string> {
  return slack(url, { folder, method: 'conversations.history', body: { channel: 'C0GENERAL' } });
}

async function slack(
  url: string,
  { folder, method, body }: { folder: string; method: string; body: Record<string, string> },
): Promise<string> {
  const token = readFileSync(`${folder}/slack/bot-token`, 'utf8').trim();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/${method}`, { method: 'POST', headers, body: new URLSearchParams(body) });
  return answer.text();
}
