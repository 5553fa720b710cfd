import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startHttp } from '../../src/http/start-http.ts';
import { freePort } from '../support/free-port.ts';
import { anHttpWorld } from '../support/http-world.ts';

test('lives when the process does, and is ready when every part is', async () => {
  let waiting: Record<string, string> = { slack: 'Slack says invalid_auth' };
  const world = await anHttpWorld(async () => waiting);

  expect(await (await fetch(`${world.url}/healthz`)).text()).toBe('ok\n');
  const before = await fetch(`${world.url}/readyz`);
  expect([before.status, await before.json()]).toEqual([503, { ready: false, waiting }]);
  waiting = {};
  const after = await fetch(`${world.url}/readyz`);
  expect([after.status, await after.json()]).toEqual([200, { ready: true, waiting: {} }]);
});

test('an address that is not there is answered without repeating it', async () => {
  const world = await anHttpWorld();
  const answer = await fetch(`${world.url}/v1/keys/verify/rekey_live_canary`);
  const text = await answer.text();
  expect([answer.status, JSON.parse(text).type]).toEqual([404, 'urn:rekey:unknown_route']);
  expect(text).not.toContain('canary');
});

test('a defect is a bare 500 with an id; its words and its stack are in the log under that id', async () => {
  const world = await anHttpWorld(() => Promise.reject(new Error('canary in the stack')));
  const answer = await fetch(`${world.url}/readyz`);
  const text = await answer.text();

  expect([answer.status, JSON.parse(text).type]).toEqual([500, 'urn:rekey:internal']);
  expect(text).not.toContain('canary');
  expect(world.reported).toEqual([
    { error: expect.objectContaining({ message: 'canary in the stack' }), id: expect.any(String) },
  ]);
  expect(JSON.parse(text).instance).toBe(`urn:rekey:request:${world.reported[0]?.id}`);
});

test('a port that is taken is refused by its name and by what to set', async () => {
  const port = await freePort();
  await listening(createServer(), port);
  const { parts } = await anHttpWorld();
  await expect(startHttp({ ...parts, host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: `Port ${port} on 127.0.0.1 is taken by another program. Set REKEY_HTTP_PORT to a free one (0 picks any).`,
  });
});

test('an address of another machine is refused', async () => {
  const { parts } = await anHttpWorld();
  await expect(startHttp({ ...parts, host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'cannot_listen' });
});

test('finishes the request in hand before it stops, and takes no new ones', async () => {
  let finish = () => {};
  let asked = false;
  const notReady = () => {
    asked = true;
    return new Promise<Record<string, string>>((done) => {
      finish = () => done({});
    });
  };
  const { parts } = await anHttpWorld();
  const server = await startHttp({ ...parts, host: '127.0.0.1', port: 0, notReady });
  const inHand = fetch(`${server.url}/readyz`);
  await vi.waitFor(() => expect(asked).toBe(true));
  const stopped = server.stop();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  finish();
  expect((await inHand).status).toBe(200);
  await stopped;
});

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  onTestFinished(() => void server.close());
}
