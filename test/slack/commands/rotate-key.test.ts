import { describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../src/workspace/state/message.ts';
import { aKey, daysAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSlackWorld, OPS, says, textOf } from '../support.ts';

async function aRoom() {
  const slackWorld = await aSlackWorld();
  const { workspace, rekey, start } = slackWorld;
  const healthy = aKey({
    id: 'key-mail1' as never,
    slug: 'mail-prod',
    service: 'mail',
    version: 1,
    expiresAt: daysAfter(NOON, 40),
    externalRef: 'mail',
    digest: 'a'.repeat(64),
  });
  await recordEvents(rekey.ledger, [{ type: 'key_issued', key: healthy }]);
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const alice = workspace.person('U0ALICE');
  const ask = async (typed: string, ...expected: string[]): Promise<Message> => {
    await alice.command(OPS, typed);
    return alice.waitForMessage((message) => message.channel === OPS && says(...expected)(message));
  };
  return { ...slackWorld, alice, ask };
}

describe('/rotate-key', () => {
  test('answers only the one who typed, and says what to type when it did not understand', async () => {
    const { ask, workspace } = await aRoom();
    const answer = await ask(
      '/rotate-key payments-prod leeked',
      'Did you mean leaked?',
      '/rotate-key payments-prod exploited',
    );
    expect(answer.visibleTo).toBe('U0ALICE');
    expect(workspace.person('U0BOB').messages(OPS)).toEqual([]);
  });

  test('names the nearest keys for one that there is not', async () => {
    const { ask } = await aRoom();
    await ask('/rotate-key payments-prd expired', 'There is no key "payments-prd"', 'Did you mean payments-prod?');
  });

  test('finds a key that a phone began with a capital letter', async () => {
    const { ask } = await aRoom();
    await ask('/rotate-key show Payments-prod', 'payments-prod v3');
  });

  test('a planned rotation that policy or rules refuse starts nothing, and says why', async () => {
    const { ask, rekey } = await aRoom();
    await ask('/rotate-key payments-prod planned grace 300h because "a new quarter"', 'payments-prod v3');
    expect(await rekey.ledger.read.runsOfKey(aKey().id)).toEqual([]);
  });

  test('started twice joins the run that is under way, and says whose it is', async () => {
    const { ask } = await aRoom();
    await ask('/rotate-key payments-prod expired', 'Started for payments-prod');
    await ask('/rotate-key payments-prod expired', 'already being replaced', 'begun by Alice');
  });

  test('shows key, status, run and help; a run can be cancelled with a reason', async () => {
    const { ask } = await aRoom();
    expect(textOf(await ask('/rotate-key show payments-prod', 'Fingerprint 7f3a2b'))).toContain('Carol');
    await ask('/rotate-key status', 'No incident is open.');
    const started = await ask('/rotate-key payments-prod expired', 'Started for payments-prod');
    const run = /run-\d+/.exec(started.text)?.[0] ?? '';
    await ask('/rotate-key status', 'Open incidents', run);
    await ask(`/rotate-key status ${run}`, 'waiting for ', 'the approval of Bob or Carol', 'Recover');
    await ask('/rotate-key help', 'leaked', 'means the same as', 'public gist');
    await ask(`/rotate-key cancel ${run} because "wrong key"`, 'is being cancelled');
    await ask('/rotate-key cancel run-nope because "x"', 'There is no run run-nope');
    await ask('/rotate-key status run-nope', 'There is no run "run-nope"');
  });

  test('without a situation for a key that has not expired opens the form, filled in', async () => {
    const { alice, rekey } = await aRoom();
    await alice.command(OPS, '/rotate-key mail-prod because "laptop stolen"');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(textOf(form)).toContain('mail-prod v1 has not expired, so say what happened to it.');
    expect(JSON.stringify(form.blocks)).toContain('"initial_value":"laptop stolen"');
    expect(await alice.submit(form, { situation: 'suspected' })).toEqual({ ok: true });
    await alice.waitForMessage((message) => message.channel === OPS && says('Started for mail-prod')(message));
    const [run] = await rekey.ledger.read.runsOfKey('key-mail1' as never);
    expect(run).toMatchObject({
      reason: 'laptop stolen',
      inputs: { situation: 'suspected' },
      requestedBy: 'person:alice',
    });
  });

  test('with nothing behind it opens the form; its menu offers the keys that this person may have replaced', async () => {
    const { alice, world, deps } = await aRoom();
    await alice.command(OPS, '/rotate-key');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(await alice.options(form, 'key', 'pay')).toEqual([
      { value: 'payments-prod', text: 'payments-prod v3 · payments, production' },
    ]);
    expect((await alice.options(form, 'key', '')).map((option) => option.value)).toEqual([
      'mail-prod',
      'payments-prod',
    ]);
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, rotate: ['bob'] } });
    expect(await alice.options(form, 'key', '')).toEqual([]);
  });

  test('works in a channel that Rekey is not a member of', async () => {
    const { alice } = await aRoom();
    await alice.command('C0OUTSIDE', '/rotate-key help');
    expect((await alice.waitForMessage(says('/rotate-key'))).channel).toBe('C0OUTSIDE');
  });

  test('by somebody who may not is refused with who may, and nothing starts', async () => {
    const { workspace, world, deps, rekey } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, rotate: ['group:oncall'] } });
    const carol = workspace.person('U0CAROL');
    await carol.command(OPS, '/rotate-key payments-prod expired');
    await carol.waitForMessage(says('carol may not rotate this key. Who may: alice, bob.'));
    expect(await rekey.ledger.read.runsOfKey(aKey().id)).toEqual([]);
  });

  test('help tells somebody who may not start anything whom to ask', async () => {
    const { workspace, world, deps } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: {} });
    const bob = workspace.person('U0BOB');
    await bob.command(OPS, '/rotate-key help');
    await bob.waitForMessage(says('You may not start a replacement'));
  });
});
