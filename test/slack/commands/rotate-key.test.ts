import { describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../src/workspace/state/message.ts';
import { aKey, daysAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSlackWorld, OPS, says, textOf } from '../support.ts';

async function aRoom(overrides: Parameters<Awaited<ReturnType<typeof aSlackWorld>>['start']>[0] = {}) {
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
  await start(overrides);
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const alice = workspace.person('U0ALICE');
  const ask = async (typed: string, ...expected: string[]): Promise<Message> => {
    await alice.command(OPS, typed);
    return alice.waitForMessage((message) => message.channel === OPS && says(...expected)(message));
  };
  return { ...slackWorld, alice, ask };
}

const aSmallPlan = async () => {
  const step = (id: string, uses: string, stage: number, more = {}) => ({
    ...{
      id,
      uses,
      stage,
      phase: 'recover',
      willRun: { kind: 'yes' },
      effect: 'writes',
      back: { kind: 'undo', text: '' },
    },
    ...{ afterFinal: 'no', people: [], enforcementDelayMs: null, earliestAt: NOON, children: [], problems: [] },
    ...more,
  });
  const terms = { rule: 'rotate' };
  return {
    start: { obstacles: [], joins: null, incident: 'opens', notes: [] },
    run: {
      steps: [
        step('go', 'approve', 0, { effect: 'reads', people: [{ who: ['bob', 'carol'], for: 'yes or no', terms }] }),
        step('mint', 'key.create', 1),
        step('end', 'key.revoke', 2, { effect: 'destroys', back: { kind: 'point_of_no_return', text: '' } }),
      ],
    },
    radius: { callers: [{ caller: 'worker', calls: 12 }] },
  } as never;
};

describe('/rotate-key', () => {
  test('answers only the one who typed, and says what to type when it did not understand', async () => {
    const { ask, workspace } = await aRoom();
    const answer = await ask('/rotate-key status run-7 now', '"now" is one word too many', '/rotate-key status run-');
    expect(answer.visibleTo).toBe('U0ALICE');
    expect(workspace.person('U0BOB').messages(OPS)).toEqual([]);
  });

  test('a wrong word for what happened opens the form with what was meant, and keeps the reason', async () => {
    const { alice } = await aRoom();
    await alice.command(OPS, '/rotate-key payments-prod leeked because "in a gist"');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(textOf(form)).toContain('Did you mean leaked?');
    expect(JSON.stringify(form.blocks)).toContain('"initial_value":"in a gist"');
    expect(JSON.stringify(form.blocks)).toMatch(/"initial_option":\{"value":"exploited"/);
  });

  test('a name that there is not opens the form with the nearest one', async () => {
    const { alice, ask } = await aRoom();
    await alice.command(OPS, '/rotate-key payments-prd expired');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(textOf(form)).toContain('There is no key "payments-prd" in the ledger. Did you mean payments-prod?');
    expect(JSON.stringify(form.blocks)).toMatch(/"initial_option":\{"value":"payments-prod"/);
    await ask('/rotate-key nothing-like-it expired', 'There is no key "nothing-like-it"');
    await ask('/rotate-key statsu', 'Did you mean status?');
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
    await ask('/rotate-key why payments-prod', 'payments-prod v3 expired', '/rotate-key payments-prod because');
    await ask('/rotate-key cancel', 'No run is under way');
    await ask('/rotate-key cancel payments-prod', 'Nothing is under way for payments-prod v3');
    const started = await ask('/rotate-key payments-prod expired', 'Started for payments-prod');
    const run = /run-\d+/.exec(started.text)?.[0] ?? '';
    await ask('/rotate-key status', 'Open incidents', run);
    await ask(`/rotate-key status ${run}`, 'waiting for ', 'the approval of Bob or Carol', 'Recover');
    await ask('/rotate-key help', 'leaked', 'counts as exploited', 'public gist');
    await ask(`/rotate-key why ${run}`, `Why ${run}`, 'It waits.', 'the approval of');
    await ask(`/rotate-key cancel ${run} because "wrong key"`, 'is being cancelled');
    await ask('/rotate-key cancel run-nope because "x"', 'There is no run run-nope');
    await ask('/rotate-key status run-nope', 'There is no run "run-nope"');
  });

  test('of a key that is being replaced, why and show say what it waits for, and why begins nothing a second time', async () => {
    const { ask } = await aRoom();
    const started = await ask('/rotate-key payments-prod expired', 'Started for payments-prod');
    const run = /run-\d+/.exec(started.text)?.[0] ?? '';
    await ask(`/rotate-key status ${run}`, 'the approval of Bob or Carol');
    const why = await ask('/rotate-key why payments-prod', 'Looked at', `(${run}) is replacing it`, 'of Bob or Carol');
    expect(textOf(why)).toContain(`/rotate-key status ${run}`);
    expect(textOf(why)).not.toContain('/rotate-key payments-prod because');
    await ask('/keys show payments-prod', 'Open run', run, 'waits for the approval of Bob or Carol');
  });

  test('cancelled by the name of the key, or by nothing where one run is under way; a form asks for the reason', async () => {
    const { ask, alice } = await aRoom();
    const started = await ask('/rotate-key payments-prod expired', 'Started for payments-prod');
    const run = /run-\d+/.exec(started.text)?.[0] ?? '';
    const seen = new Set<string>();
    for (const typed of ['cancel payments-prod', 'cancel', `cancel ${run}`]) {
      await alice.command(OPS, `/rotate-key ${typed}`);
      const form = await alice.waitForView((view) => view.callbackId === 'cancel_run' && !seen.has(view.id));
      expect(JSON.stringify(form.blocks)).toContain(run);
      seen.add(form.id);
    }
    await ask('/rotate-key cancel payments-prod because "wrong key"', `${run} is being cancelled`);
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
    const { alice, world, deps, rekey } = await aRoom();
    await alice.command(OPS, '/rotate-key');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(await alice.options(form, 'key', 'pay')).toEqual([
      { value: 'payments-prod', text: expect.stringContaining('payments-prod v3 · expired · payments') },
    ]);
    // The one that ended comes first.
    expect((await alice.options(form, 'key', '')).map((option) => option.value)).toEqual([
      'payments-prod',
      'mail-prod',
    ]);
    const ended = { id: 'key-old1' as never, slug: 'old-prod', state: 'expired', externalRef: 'old' } as const;
    const key = aKey({ ...ended, digest: 'b'.repeat(64), expiresAt: daysAfter(NOON, -3) });
    await recordEvents(rekey.ledger, [{ type: 'key_issued', key }]);
    const offered = (await alice.options(form, 'key', '')).map((option) => option.value);
    expect(offered).toContain('old-prod');
    expect((await alice.options(form, 'key', 'prod mail')).map((option) => option.value)).toEqual(['mail-prod']);
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

  test('choosing in the form shows what would happen, and keeps what was written', async () => {
    const { workspace, deps } = { ...(await aRoom({ planRunbook: aSmallPlan })) };
    const alice = workspace.person('U0ALICE');
    await alice.command(OPS, '/rotate-key mail-prod because "laptop stolen"');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(textOf(form)).toContain('Choose a key and what happened');
    await alice.click(form, 'rotate_occasion', { value: 'suspected' });
    const shown = await alice.waitForView((view) => textOf(view).includes('What would happen to mail-prod v1'));
    expect(textOf(shown)).toMatch(/worker \(12 in 7 days\).*Bob or Carol.*after the new one is proved/);
    expect(await alice.submit(shown, {})).toEqual({ ok: true });
    await vi.waitFor(async () =>
      expect(await deps.ledger.runsOfKey('key-mail1' as never)).toMatchObject([{ reason: 'laptop stolen' }]),
    );
  });

  test('help tells somebody who may not start anything whom to ask', async () => {
    const { workspace, world, deps } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: {} });
    const bob = workspace.person('U0BOB');
    await bob.command(OPS, '/rotate-key help');
    await bob.waitForMessage(says('policy.yaml does not let you do anything with this command'));
  });

  test('help lists what the owner of a key may do to those only who own one', async () => {
    const { workspace, world, deps, ask } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, rotate: ['owner'], cancel: ['owner'] } });
    expect(textOf(await ask('/rotate-key help', 'why payments-prod'))).not.toMatch(/public gist|cancel/);
    const carol = workspace.person('U0CAROL');
    await carol.command(OPS, '/rotate-key help');
    await carol.waitForMessage(says('public gist', 'cancel payments-prod'));
  });
});
