import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PersonId, RunId } from '../../src/domain/ids.ts';
import { openPeers } from '../../src/engine/peers/peers.ts';
import { boardNow } from '../../src/steps/board.ts';
import { alice, bob, MINUTE } from '../support/builders.ts';
import { from, refusalOf } from '../support/engine-world.ts';
import { anOutsideWorld, type OutsideProcess } from '../support/outside-world.ts';

const NOTIFY = `
  - id: tell
    uses: peers.notify
    with: { key: "\${inputs.key}", replacement: "\${inputs.key}", data_integrity: No data is at risk. }`;
const DECLARE = `
  - id: declared
    uses: incident.open
    with: { key: "\${inputs.key}", title: pulls fail }`;
const await_ = (more: string) => `${NOTIFY}
  - id: pinned
    uses: peers.await
    with: { key: "\${inputs.key}", ${more} }
`;

/** A run that tells the peers of `payments-prod` and waits for them; node-a is looked after by bob, node-b by somebody outside. */
async function aBoard(recover: string, connections: Parameters<typeof anOutsideWorld>[0]['connections'] = {}) {
  const outside = await anOutsideWorld({ recover: () => recover, connections });
  const process = await outside.open();
  const peers = openPeers(process.deps);
  const on = (person: PersonId, peer: string, reason = 'seen') => ({ ...from(person), peer, reason });
  const about = (person: PersonId, peer: string) => ({ ...on(person, peer), key: 'payments-prod' });
  const add = (peer: string, contact: string) =>
    peers.add({
      ...on(bob, peer),
      contact,
      connection: connections[peer] === undefined ? null : peer,
      pins: ['payments-prod'],
    });
  await add('node-a', 'bob');
  await add('node-b', 'ops@node-b.example');
  return { ...outside, process, peers, on, about, add };
}

const noticesIn = async (process: OutsideProcess) => {
  const { id } = await process.key(3);
  return (await process.deps.ledger.read.noticesOfKey(id))
    .map(({ recipient, template }) => `${template} ${recipient}`)
    .sort();
};
const boardIn = async (process: OutsideProcess) => boardNow(process.deps.ledger.read, await process.key(3));
const isWaiting = (run: Awaited<ReturnType<OutsideProcess['run']>>) => run.steps.pinned?.state === 'waiting';
const errorOf = async (process: OutsideProcess, id: RunId) => {
  const step = (await process.run(id)).steps.pinned;
  return step?.state === 'failed' ? step.error : '';
};

describe('peers.notify', () => {
  test('tells each peer once for each version of the key, however often it is run', async () => {
    const { process } = await aBoard(NOTIFY);
    const first = await process.play(await process.start());
    expect(first.steps.tell).toMatchObject({ outputs: { peers: 2, told: ['node-a', 'node-b'], already: [] } });
    expect(await noticesIn(process)).toEqual([
      'peer-repin peer:node-a',
      'peer-repin peer:node-b',
      'peer-repin person:bob',
    ]);
    const second = await process.play(await process.start());
    expect(second.steps.tell).toMatchObject({ outputs: { told: [], already: ['node-a', 'node-b'] } });
    expect(await noticesIn(process)).toHaveLength(3);
  });

  test('says which key, when its replacement is there, what to do with it, and whether data is at risk', async () => {
    const { process } = await aBoard(NOTIFY);
    await process.play(await process.start());
    const [notice] = await process.deps.ledger.read.noticesOfKey((await process.key(3)).id);
    expect(notice?.facts.whichKey).toContain('payments-prod v3');
    expect(notice?.facts.replacementAvailable).toMatch(/available since .*fingerprint .*Pin the new public key/);
    expect(notice?.facts.dataIntegrity).toBe('No data is at risk.');
  });
});

describe('peers.await', () => {
  test('goes on as soon as the last peer is there, and counts who was let go by name', async () => {
    const { process, peers, about } = await aBoard(await_('deadline: 2h'));
    const id = await process.start();
    await process.play(id, isWaiting);
    await peers.reach({ ...about(bob, 'node-a'), state: 'pinned' });
    expect((await process.play(id, isWaiting)).finishedAt).toBeNull();
    await peers.waive(about(bob, 'node-b'));
    await process.engine.advance(id);
    expect((await process.run(id)).steps.pinned).toMatchObject({
      state: 'done',
      outputs: { peers: 2, reached: 1, waived: ['node-b'] },
    });
  });

  test('reminds who is missing, and fails at its deadline with their names', async () => {
    const { process, peers, about } = await aBoard(await_('deadline: 90m, remind: 30m'));
    const id = await process.start();
    await process.play(id, isWaiting);
    await peers.reach({ ...about(bob, 'node-a'), state: 'pinned' });
    const run = await process.play(id);
    expect(run.outcome).toBe('failed');
    expect(await errorOf(process, id)).toMatch(/1 of 2 peers re-pinned, waits for node-b \(told since/);
    const reminded = (await noticesIn(process)).filter((one) => one.startsWith('peer-reminder'));
    expect(reminded).toEqual(['peer-reminder peer:node-b', 'peer-reminder peer:node-b']);
  });

  test('sees by itself that pulls resume, at each peer that it can ask', async () => {
    const pulls = new Map<string, string>();
    const server = createServer((request, response) => {
      const lastPullAt = pulls.get(request.url ?? '') ?? '2001-01-01T00:00:00.000Z';
      response.end(JSON.stringify({ peers: [{ last_pull_at: lastPullAt }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const probe = 'probe: { connection: node, path: [":peer"], field: peers.0.last_pull_at, every: 5m }';
    const { process, world } = await aBoard(await_(`state: pulled, deadline: 2h, ${probe}`), { node: { url } });
    const id = await process.start();
    await process.play(id, isWaiting);
    const soon = () => new Date(world.now().getTime() + MINUTE).toISOString();
    pulls.set('/node-a', soon());
    await process.play(
      id,
      () => pulls.size === 1 && world.now().getTime() > Date.parse(pulls.get('/node-a') ?? '') + 5 * MINUTE,
    );
    expect((await boardIn(process)).rows.map((row) => row.state)).toEqual(['pulled', 'notified']);
    pulls.set('/node-b', soon());
    const run = await process.play(id);
    expect(run.steps.pinned).toMatchObject({ state: 'done', outputs: { reached: 2, waived: [] } });
    expect((await boardIn(process)).rows[1]?.evidence).toMatch(/^GET http.*\/node-b → peers\.0\.last_pull_at /);
  });

  test('counts the incident as recovered when pulls resume, and not while a peer only re-pinned or was let go', async () => {
    const played = async (state: string, work: (board: Awaited<ReturnType<typeof aBoard>>) => Promise<void>) => {
      const board = await aBoard(`${DECLARE}${await_(`state: ${state}, deadline: 2h`)}`);
      const { process } = board;
      const id = await process.start();
      await process.play(id, isWaiting);
      await work(board);
      const { incident } = await process.play(id);
      return incident === null ? null : (await process.deps.ledger.read.incident(incident))?.recoveredAt;
    };
    const all = async (state: 'pinned' | 'pulled', { peers, about }: Awaited<ReturnType<typeof aBoard>>) => {
      await peers.reach({ ...about(bob, 'node-a'), state });
      await peers.reach({ ...about(bob, 'node-b'), state });
    };
    expect(await played('pulled', (board) => all('pulled', board))).toBeInstanceOf(Date);
    expect(await played('pinned', (board) => all('pinned', board))).toBeNull();
    const waived = async ({ peers, about }: Awaited<ReturnType<typeof aBoard>>) => {
      await peers.waive(about(bob, 'node-a'));
      await peers.waive(about(bob, 'node-b'));
    };
    expect(await played('pulled', waived)).toBeNull();
  });
});

describe('rekey peers', () => {
  test('a peer is registered by who may change every key that it pins, and by nobody else', async () => {
    const { process, peers, on } = await aBoard(NOTIFY);
    const request = { ...on(alice, 'node-c'), contact: 'alice', connection: null, pins: ['payments-prod'] };
    expect((await refusalOf(peers.add(request))).code).toBe('not_allowed');
    expect(await process.deps.ledger.read.peer('node-c')).toBeNull();
  });

  test('a waiver carries the name and the reason of the person who gave it', async () => {
    const { process, peers, about } = await aBoard(NOTIFY);
    await peers.waive({ ...about(bob, 'node-b'), reason: 'is shut down until June' });
    const [, row] = (await boardIn(process)).rows;
    expect(row?.waived).toMatchObject({ by: 'person:bob', reason: 'is shut down until June' });
    expect((await refusalOf(peers.waive(about(bob, 'node-b')))).code).toBe('peer_there');
  });

  test('who does not pin a key is not on its board', async () => {
    const { peers, about, on } = await aBoard(NOTIFY);
    await peers.remove(on(bob, 'node-b'));
    expect((await refusalOf(peers.reach({ ...about(bob, 'node-b'), state: 'pinned' }))).code).toBe('unknown_peer');
  });

  test('of two that tell a peer at once, one is refused: nobody is told twice', async () => {
    const { process } = await aBoard(NOTIFY);
    const { id: key } = await process.key(3);
    const told = { type: 'peer_reached', peer: 'node-a', key, state: 'notified', evidence: 'n' } as const;
    const record = () =>
      process.deps.ledger.record({ at: process.deps.now(), actor: 'system:engine', channel: 'engine' }, async () => ({
        events: [told],
        result: undefined,
      }));
    await record();
    await expect(record()).rejects.toThrow('peer node-a before notified');
  });

  test('the audit explains every row of the board', async () => {
    const { process, peers, about } = await aBoard(NOTIFY);
    await process.play(await process.start());
    await peers.reach({ ...about(bob, 'node-a'), state: 'acknowledged' });
    await peers.waive(about(bob, 'node-b'));
    expect(await process.ledger.verifyTables()).toMatchObject({ whole: true });
  });
});
