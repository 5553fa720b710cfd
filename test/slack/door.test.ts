import { describe, expect, test, vi } from 'vitest';
import type { Inbound } from '../../src/ledger/inbox.ts';
import { Secret } from '../../src/secret.ts';
import { aKey } from '../support/builders.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { aSlackWorld, OPS, says, textOf } from './support.ts';

const TYPED = '/rotate-key payments-prod expired because "blocked"';

async function connected(slackWorld: Awaited<ReturnType<typeof aSlackWorld>>) {
  await vi.waitFor(() => expect(slackWorld.workspace.connections()).toBe(2));
}

describe('what comes in', () => {
  test('is kept before it is acknowledged, without what opens a door', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, world, deps, start } = slackWorld;
    const order: string[] = [];
    const inbox = {
      ...deps.inbox,
      accept: async (inbound: Inbound) => deps.inbox.accept(inbound).finally(() => order.push('kept')),
    };
    workspace.wire.subscribe((entry) => {
      if (entry.direction === 'to_app' && entry.name === '/rotate-key') order.push('acknowledged');
    });
    await start({ inbox });
    await connected(slackWorld);
    await workspace.person('U0ALICE').command(OPS, TYPED);
    expect(order).toEqual(['kept', 'acknowledged']);
    const [row] = rawLedger(world.file).prepare('select * from inbox').all() as { id: string; payload: string }[];
    const delivered = workspace.wire.list().find((entry) => entry.name === '/rotate-key')?.body as Record<
      string,
      string
    >;
    expect(row?.payload).toContain('payments-prod');
    for (const door of ['trigger_id', 'response_url', 'token']) {
      expect(delivered[door]).toBeTruthy();
      expect(`${row?.id} ${row?.payload}`).not.toContain(delivered[door]);
    }
  });

  test('is not acknowledged when it cannot be kept', async () => {
    const slackWorld = await aSlackWorld({ workspace: { strict: { postBurst: 50, ackMs: 300 } } });
    const { workspace, deps, start, rekey } = slackWorld;
    await start({ inbox: { ...deps.inbox, accept: () => Promise.reject(new Error('disk full')) } });
    await connected(slackWorld);
    expect(await workspace.person('U0ALICE').command(OPS, TYPED)).toMatchObject({
      ok: false,
      error: 'operation_timeout',
    });
    expect(await rekey.ledger.read.runsOfKey(aKey().id)).toEqual([]);
  });

  test('twice has one effect', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, start, rekey } = slackWorld;
    await start();
    await connected(slackWorld);
    workspace.faults.duplicateDelivery(true);
    const alice = workspace.person('U0ALICE');
    await alice.command(OPS, TYPED);
    await alice.waitForMessage(says('Started for payments-prod'));
    expect(await rekey.ledger.read.runsOfKey(aKey().id)).toHaveLength(1);
    expect(alice.messages(OPS).filter(says('payments-prod'))).toHaveLength(1);
  });

  test('and was left by a crash is handled at the next start, and answered without a trigger', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, start, rekey, deps } = slackWorld;
    const never = new Promise<never>(() => {});
    const first = await start({
      engine: { ...deps.engine, rotate: () => never },
      inbox: { ...deps.inbox, handled: () => never },
    });
    await connected(slackWorld);
    const alice = workspace.person('U0ALICE');
    expect(await alice.command(OPS, TYPED)).toEqual({ ok: true });
    void first.stop();
    await vi.waitFor(() => expect(workspace.connections()).toBe(0));
    expect(await deps.inbox.unhandled('slack:')).toHaveLength(1);
    await start();
    await alice.waitForMessage(says('Started for payments-prod'));
    expect(await rekey.ledger.read.runsOfKey(aKey().id)).toHaveLength(1);
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]));
  });

  test('a press that was left by a crash asks to be pressed again, because its modal cannot be opened any more', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, start, deps } = slackWorld;
    const first = await start();
    await connected(slackWorld);
    const [alice, bob] = [workspace.person('U0ALICE'), workspace.person('U0BOB')];
    await alice.command(OPS, TYPED);
    const card = await bob.waitForMessage(
      (message) => message.channel !== bob.directMessage() && says('Approval needed')(message),
    );
    await first.stop();
    const from = { user: 'U0BOB', teams: [workspace.teamId], enterprise: null };
    const token = /"action_id":"review","value":"([^"]+)"/.exec(JSON.stringify(card.blocks))?.[1];
    const payload = JSON.stringify({
      kind: 'action',
      from,
      action: 'review',
      value: token,
      channel: card.channel,
      thread: null,
    });
    await deps.inbox.accept({ id: 'slack:left', kind: 'slack:action', payload, receivedAt: deps.now() });
    await deps.inbox.accept({ id: 'slack:broken', kind: 'slack:action', payload: '{"kind":', receivedAt: deps.now() });
    await start();
    await bob.waitForMessage(says('Press Review again'));
    await vi.waitFor(async () => expect(await deps.inbox.unhandled('slack:')).toEqual([]));
  });

  test('with a live key in it is kept nowhere, and the person is told what that means', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, world, start } = slackWorld;
    await start();
    await connected(slackWorld);
    const material = new Secret('canary-live-key-material-1234567890');
    const alice = workspace.person('U0ALICE');
    await alice.command(OPS, `/rotate-key payments-prod leaked because "${material.reveal()} is in a gist"`);
    await alice.waitForMessage(says('treat that key as exploited'));
    const tables = rawLedger(world.file)
      .prepare("select name from sqlite_master where type = 'table'")
      .pluck()
      .all() as string[];
    const dump = tables
      .map((table) => JSON.stringify(rawLedger(world.file).prepare(`select * from "${table}"`).all()))
      .join('');
    expect(dump).not.toContain('canary-live');
  });

  test('and fails inside is answered with an id that operators find in the log', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, start, deps, lines } = slackWorld;
    const engine = { ...deps.engine, rotate: () => Promise.reject(new Error('no such table: runs')) };
    await start({ engine });
    await connected(slackWorld);
    const alice = workspace.person('U0ALICE');
    await alice.command(OPS, TYPED);
    const answer = await alice.waitForMessage(says('Something went wrong (id err-'));
    expect(textOf(answer)).not.toContain('no such table');
    const id = /err-\w+/.exec(answer.text)?.[0];
    expect(lines.find((line) => line.fields.id === id)).toMatchObject({
      level: 'error',
      fields: { err: { message: 'no such table: runs' } },
    });
  });
});

test('a form whose answer takes long is acknowledged in time, and the modal then says how it ended', async () => {
  const slackWorld = await aSlackWorld();
  const { workspace, start, deps } = slackWorld;
  const slow = Promise.withResolvers<void>();
  const vote: typeof deps.engine.vote = async (...press) => {
    await slow.promise;
    return deps.engine.vote(...press);
  };
  await start({ engine: { ...deps.engine, vote } });
  await connected(slackWorld);
  const [alice, bob] = [workspace.person('U0ALICE'), workspace.person('U0BOB')];
  await alice.command(OPS, TYPED);
  const card = await bob.waitForMessage(says('Approval needed'));
  await bob.click(card, 'review');
  const modal = await bob.waitForView((view) => view.callbackId === 'review');
  const field = modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
  expect(await bob.submit(modal, { [field]: 'approve' })).toEqual({ ok: true });
  expect(textOf(bob.views()[0] ?? { blocks: [] })).toContain('longer than usual');
  slow.resolve();
  await bob.waitForView((view) => textOf(view).includes('Done. You can close this.'));
});

test('stopping finishes what is in hand', async () => {
  const slackWorld = await aSlackWorld();
  const { workspace, start, deps } = slackWorld;
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const rotate: typeof deps.engine.rotate = async (request) => {
    started.resolve();
    await release.promise;
    return deps.engine.rotate(request);
  };
  const slack = await start({ engine: { ...deps.engine, rotate } });
  await connected(slackWorld);
  const alice = workspace.person('U0ALICE');
  await alice.command(OPS, TYPED);
  await started.promise;
  const stopped = slack.stop();
  release.resolve();
  await stopped;
  expect(alice.messages(OPS).filter(says('Started for payments-prod'))).toHaveLength(1);
  expect(await deps.inbox.unhandled('slack:')).toEqual([]);
});
