import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { RunId } from '../../../src/domain/ids.ts';
import { agreedIn } from '../../../src/engine/runbooks/agreed.ts';
import { recordRunbooks } from '../../../src/engine/runbooks/record-runbooks.ts';
import { runRunbook } from '../../../src/engine/runbooks/run-runbook.ts';
import { openShelf } from '../../../src/engine/runbooks/shelf.ts';
import { openRunbookSet } from '../../../src/runbook/runbook-set.ts';
import { stepKinds } from '../../../src/steps/index.ts';
import { MINUTE } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aPlan, aPlannedStep } from '../../support/plans.ts';
import { aSlackWorld, INCIDENTS, OPS, says, textOf } from '../support.ts';

const CLEAN_UP = `# yaml-language-server: $schema=./runbook.schema.json
runbook: R-CLEAN-UP
title: Clean up after a key
owner: group:security
review_by: 2027-12-31
applies_to: [api_key]
open_runs: any
grants: { providers: [ledger], sinks: [file] }
inputs:
  key: { type: key, description: The key that is cleaned up after. }
  depth: { type: int, min: 1, max: 9, default: 3 }
  how: { type: enum, values: [quick, whole] }
  note: { type: text, default: "" }
identify:
  - id: seen
    uses: ask
    with:
      question: "Did you look at \${inputs.key.slug}?"
      assignee: group:oncall
contain: { waived: Nothing to contain. }
investigate: { waived: Nothing to look into. }
recover:
  - id: cleaned
    uses: ask
    with:
      question: Is it clean?
      assignee: group:oncall
communicate: { waived: Nobody is affected. }
`;

/** Slack beside a real folder of runbooks; the engine plays a plan of this test for every run. */
async function aShelf() {
  const ask = (question: string) => ({ question, assignee: 'alice' });
  const plan = aPlan([
    [aPlannedStep('asked', { uses: 'ask', effect: 'reads', dueMs: 30 * MINUTE, resolve: () => ask('Is it clean?') })],
    [aPlannedStep('then')],
  ]);
  const slackWorld = await aSlackWorld({
    plan,
    policy: {
      may: {
        rotate: ['group:oncall'],
        run: ['group:oncall'],
        cancel: ['group:oncall'],
        pause: ['group:oncall'],
        skip: ['group:oncall'],
        retry: ['group:oncall'],
        answer: ['group:oncall'],
        read: ['group:oncall', 'carol'],
        administer: ['bob'],
      },
    },
  });
  const { workspace, rekey } = slackWorld;
  const dir = mkdtempSync(join(tmpdir(), 'rekey-shelf-'));
  const file = join(dir, 'R-CLEAN-UP.yaml');
  writeFileSync(file, CLEAN_UP);
  const runbooks = await openRunbookSet(dir, stepKinds, () => agreedIn(rekey.ledger.read));
  expect(runbooks.problems()).toEqual([]);
  await recordRunbooks(rekey.deps, runbooks);
  const deps = { ...rekey.deps, runbooks };
  await slackWorld.start({ shelf: openShelf(deps), runRunbook: (request) => runRunbook(deps, request) });
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const [alice, bob, carol] = ['U0ALICE', 'U0BOB', 'U0CAROL'].map((id) => workspace.person(id));
  if (!alice || !bob || !carol) throw new Error('nobody is there');
  const answer = (words: string[], who = alice) => who.waitForMessage(says(...words), { timeoutMs: 10_000 });
  const begin = async (typed = 'how=quick because "the quarter ends"', channel = OPS) => {
    await alice.command(channel, `/runbook run R-CLEAN-UP payments-prod ${typed}`);
    const said = await answer(['Started R-CLEAN-UP']);
    return RunId.parse(/run-\d+/.exec(said.text)?.[0]);
  };
  return { ...slackWorld, file, alice, bob, carol, answer, begin };
}

test('/runbook plan without the key that the runbook is about says where it goes', async () => {
  const { alice, answer } = await aShelf();
  await alice.command(OPS, '/runbook plan R-CLEAN-UP');
  await answer(['the name of the key is missing', '/runbook plan R-CLEAN-UP payments-prod']);
});

describe('/runbook run', () => {
  test('starts it in a line, and its one message stands where it was asked for', async () => {
    const { begin, rekey, alice } = await aShelf();
    const run = await begin('how=whole depth=7 because "the quarter ends"');
    expect(await rekey.run(run)).toMatchObject({
      inputs: { how: 'whole', depth: 7, note: '' },
      reason: 'the quarter ends',
      requestedBy: 'person:alice',
      incident: null,
    });
    const message = await alice.waitForMessage((one) => one.channel === OPS && says('R-CLEAN-UP', 'Details')(one), {
      timeoutMs: 10_000,
    });
    expect(message.visibleTo).toBeUndefined();
    expect(alice.messages(INCIDENTS)).toEqual([]);
  });

  test('has its message in the channel of the team where Rekey is no member', async () => {
    const { begin, alice } = await aShelf();
    await alice.removeApp(OPS);
    await begin();
    await alice.waitForMessage((one) => one.channel === INCIDENTS && says('R-CLEAN-UP', 'Details')(one), {
      timeoutMs: 10_000,
    });
  });

  test('asks in a form for what is missing, filled in with what was said', async () => {
    const { alice, rekey, answer } = await aShelf();
    await alice.command(OPS, '/runbook run R-CLEAN-UP payments-prod depth=7');
    const form = await alice.waitForView((view) => view.callbackId === 'run_runbook');
    expect(textOf(form)).toContain('Still needed: how, a reason.');
    expect(JSON.stringify(form.blocks)).toContain('"initial_value":"7"');
    expect(await alice.options(form, 'run_key', 'pay')).toMatchObject([{ value: 'payments-prod' }]);
    expect(await alice.submit(form, { 'input-how': 'quick', reason: ' ' })).toMatchObject({ ok: false });
    expect(await alice.submit(form, { 'input-how': 'quick', reason: 'a form' })).toEqual({ ok: true });
    const run = RunId.parse(/run-\d+/.exec((await answer(['Started R-CLEAN-UP'])).text)?.[0]);
    expect((await rekey.run(run)).inputs).toMatchObject({ how: 'quick', depth: 7 });
    await alice.waitForMessage((one) => one.channel === OPS && says('Details')(one), { timeoutMs: 10_000 });
  });

  test('asks which one when nobody has said it, and shows beside a field what is wrong with it', async () => {
    const { alice } = await aShelf();
    await alice.command(OPS, '/runbook run');
    const pick = await alice.waitForView((view) => view.callbackId === 'pick_runbook');
    await alice.submit(pick, { runbook: 'R-CLEAN-UP' });
    await alice.waitForView((view) => view.callbackId === 'run_runbook');
    await alice.command(OPS, '/runbook run R-CLEAN-UP payments-prod how=quik because "x"');
    await alice.waitForView((view) => says('did you mean')(view as never) && says('quick')(view as never));
  });

  test('is started from a message, which becomes its reason', async () => {
    const { alice } = await aShelf();
    await alice.say(OPS, 'the vault is slow');
    const message = await alice.waitForMessage(says('the vault is slow'));
    await alice.shortcut('start_runbook', message);
    const pick = await alice.waitForView((view) => view.callbackId === 'pick_runbook');
    await alice.submit(pick, { runbook: 'R-CLEAN-UP' });
    const form = await alice.waitForView((view) => view.callbackId === 'run_runbook');
    expect(JSON.stringify(form.blocks)).toContain('the vault is slow');
  });

  test.each([
    [
      'R-KEY-EXPIRY payments-prod situation=exploited because "a gist"',
      '/rotate-key payments-prod exploited because "a gist"',
    ],
    ['R-KEY-LEAK payments-prod', '/rotate-key payments-prod exploited because'],
    [
      'R-ROTATE payments-prod grace_minutes=1440 because "a quarter"',
      '/rotate-key payments-prod planned grace 24h because "a quarter"',
    ],
  ])('%s is sent to /rotate-key with the line filled in', async (typed, line) => {
    const { alice, answer } = await aShelf();
    await alice.command(OPS, `/runbook run ${typed}`);
    await answer([line]);
  });

  test('is refused to who may not, before a form is there', async () => {
    const { carol, answer } = await aShelf();
    await carol.command(OPS, '/runbook run R-CLEAN-UP');
    await answer(['carol may not run runbooks'], carol);
    expect(carol.views()).toEqual([]);
  });
});

describe('a run is steered in words', () => {
  test('without its id in the thread of its message, and with it anywhere', async () => {
    const { begin, alice, rekey, answer } = await aShelf();
    const run = await begin();
    const live = await alice.waitForMessage((one) => one.channel === OPS && says('Details')(one), {
      timeoutMs: 10_000,
    });
    await alice.say(OPS, '@rekey pause because "a freeze"', { threadTs: live.ts });
    await answer([`${run} is paused`]);
    expect((await rekey.run(run)).paused).toMatchObject({ reason: 'a freeze' });
    await alice.command(OPS, `/runbook resume ${run}`);
    await answer([`${run} goes on`]);
    await alice.command(OPS, `/runbook skip ${run} asked because "nobody is there"`);
    await answer([`asked of ${run} is left out`]);
    await vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe('succeeded'), { timeout: 10_000 });
    await alice.command(OPS, `/runbook cancel ${run} because "too late"`);
    await answer(['ended at', '(succeeded)']);
  });

  test('by who may only; the refusal is on record', async () => {
    const { begin, carol, answer, rekey } = await aShelf();
    const run = await begin();
    await carol.command(OPS, `/runbook cancel ${run} because "wrong"`);
    await answer(['carol may not cancel this key'], carol);
    expect((await rekey.ledger.read.audit({ limit: 1 }))[0]).toMatchObject({ action: 'request_refused' });
  });

  test('or says which one when several are under way, and names the one that was probably meant', async () => {
    const { begin, alice, answer } = await aShelf();
    const run = await begin();
    await alice.command(OPS, `/runbook status ${run}`);
    await answer(['R-CLEAN-UP', 'waiting for an answer of Alice']);
    await alice.command(OPS, '/runbook status');
    await answer(['1 run is under way', run]);
    await alice.command(OPS, '/runbook cancel');
    await answer(['Name the run, or say it in its thread']);
    await alice.command(OPS, '/runbook pause run-0');
    await answer(['There is no run "run-0"']);
  });

  test('that asks for a reason in a form when none was given', async () => {
    const { begin, alice, rekey } = await aShelf();
    const run = await begin();
    await alice.command(OPS, `/runbook cancel ${run}`);
    const form = await alice.waitForView((view) => view.callbackId === 'cancel_run');
    await alice.submit(form, { reason: 'wrong key' });
    await vi.waitFor(async () => expect((await rekey.run(run)).outcome).toBe('cancelled'), { timeout: 10_000 });
  });
});

describe('what there is', () => {
  test('show tells of phases, who approves and what was proven, with buttons; drill how to prove it', async () => {
    const { alice, rekey, world, answer } = await aShelf();
    const proof = { id: 'prf-1', runbook: 'R-CLEAN-UP', hash: 'e'.repeat(64), how: 'drill', passed: true } as const;
    await recordEvents(rekey.ledger, [
      { type: 'runbook_proved', proof: { ...proof, recoverMs: 600_000, summary: 'calm: all passed', at: world.now() } },
    ]);
    await alice.command(OPS, '/runbook show r-clean-up');
    const card = await answer(['Clean up after a key', 'group:security', 'nobody is asked', 'with an earlier text']);
    await alice.click(card, 'runbook_run');
    await alice.waitForView((view) => view.callbackId === 'run_runbook');
    await alice.command(OPS, '/runbook drill R-CLEAN-UP');
    await answer(['calm: all passed', 'rekey drill R-CLEAN-UP']);
    await alice.command(OPS, '/runbook show R-CLEAN-UPP');
    await answer(['did you mean R-CLEAN-UP?']);
  });

  test('help lists what this person may do', async () => {
    const { alice, carol, answer } = await aShelf();
    await alice.command(OPS, '/runbook help');
    expect(textOf(await answer(['/runbook show R-KEY-EXPIRY']))).toContain('/runbook cancel');
    await carol.command(OPS, '/runbook');
    expect(textOf(await answer(['/runbook show R-KEY-EXPIRY'], carol))).not.toContain('/runbook cancel');
  });
});

describe('/runbook reload', () => {
  test('says what is wrong by file, line and column, and that what was live stays', async () => {
    const { alice, file, answer } = await aShelf();
    writeFileSync(file, readFileSync(file, 'utf8').replace('uses: ask', 'uses: aks'));
    await alice.command(OPS, '/runbook reload');
    const told = textOf(await answer(['so what was live before stays live']));
    expect(told).toMatch(/R-CLEAN-UP\.yaml:\d+:\d+/);
  });

  test('holds wider grants back until somebody agrees who may, with a reason', async () => {
    const { alice, bob, file, answer, rekey } = await aShelf();
    writeFileSync(file, readFileSync(file, 'utf8').replace('[file] }', '[file], hosts: [status.example.com] }'));
    await alice.command(OPS, '/runbook reload');
    const forAlice = await answer(['R-CLEAN-UP is held back', 'hosts: status.example.com', 'Who may agree: Bob']);
    expect(JSON.stringify(forAlice.blocks)).not.toContain('approve_grants');
    await bob.command(OPS, '/runbook reload');
    const forBob = await answer(['R-CLEAN-UP is held back'], bob);
    await bob.click(forBob, 'approve_grants');
    const form = await bob.waitForView((view) => view.callbackId === 'approve_grants');
    expect(await bob.submit(form, { reason: ' ' })).toMatchObject({ ok: false });
    expect(await bob.submit(form, { reason: 'the status page' })).toEqual({ ok: true });
    await answer(['R-CLEAN-UP is live with hosts: status.example.com'], bob);
    const lines = await rekey.ledger.read.audit({ limit: 20 });
    expect(lines.some(({ action, actor }) => action === 'runbook_grants_approved' && actor === 'person:bob')).toBe(
      true,
    );
    await bob.click(forBob, 'approve_grants');
    await answer(['does not wait for an approval of this text any more'], bob);
  });
});
