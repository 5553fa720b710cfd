import { describe, expect, test, vi } from 'vitest';
import { KeyId, PersonId } from '../../src/domain/ids.ts';
import { aKey, daysAfter, NOON } from '../support/builders.ts';
import { recordEvents } from '../support/ledger-file.ts';
import { anApprovalUnder } from './approval-world.ts';
import { aSlackWorld, textOf } from './support.ts';

/** Nothing is under way: who opens Home is a newcomer. */
async function aQuietTeam(options: Parameters<typeof aSlackWorld>[0] = {}) {
  const slackWorld = await aSlackWorld(options);
  await slackWorld.start();
  await vi.waitFor(() => expect(slackWorld.workspace.connections()).toBe(2), { timeout: 10_000 });
  const { workspace } = slackWorld;
  const [alice, bob, carol] = [workspace.person('U0ALICE'), workspace.person('U0BOB'), workspace.person('U0CAROL')];
  return { ...slackWorld, alice, bob, carol };
}

const issued = (slug: string, overrides: Parameters<typeof aKey>[0]) =>
  ({
    type: 'key_issued',
    key: aKey({ id: KeyId.parse(`key-${slug}`), slug, externalRef: slug, digest: null, ...overrides }),
  }) as const;

describe('a newcomer', () => {
  test('sees the first week ticked off by the ledger and not by hand, and can put it away for good', async () => {
    const { bob, rekey } = await aQuietTeam();
    const tab = await bob.openHome();
    // What waits for a person comes before it: a checklist is not read in an incident.
    expect(textOf(tab)).toMatch(/Your approvals.*Your keys.*Your first week: \d of 5 done/s);
    expect(textOf(tab)).toContain('Day 1: Every key is registered and has an owner');
    expect(textOf(tab)).toContain('1 key registered, owners on all');
    expect(textOf(tab)).toContain('no drill was passed yet: rekey drill');
    await bob.click(tab, 'put_week_away');
    await vi.waitFor(() => expect(textOf(bob.home() ?? { blocks: [] })).not.toContain('first week'), {
      timeout: 10_000,
    });
    expect(textOf(await bob.openHome())).not.toContain('first week');
    const [line] = await rekey.ledger.read.audit({ subject: 'person:bob', limit: 1 });
    expect(line).toMatchObject({ action: 'checklist_dismissed', actor: 'person:bob', channel: 'slack' });
  });

  test('reads that a day is done as soon as it is, without opening the tab again', async () => {
    const { bob, rekey } = await aQuietTeam();
    await bob.openHome();
    await recordEvents(rekey.ledger, [issued('lonely', { owner: null })]);
    await vi.waitFor(
      () => expect(textOf(bob.home() ?? { blocks: [] })).toContain('2 keys registered, 1 without an owner'),
      { timeout: 10_000 },
    );
  });

  test('opens with its buttons the forms that the commands open', async () => {
    const { bob } = await aQuietTeam();
    const tab = await bob.openHome();
    await bob.click(tab, 'home_do_leak');
    const form = await bob.waitForView((view) => view.callbackId === 'rotate');
    expect(JSON.stringify(form.blocks)).toContain('"initial_option":{"value":"exploited"');
  });
});

describe('an owner', () => {
  test('sees their keys by urgency, those of which they are the escalation too, with what can be done', async () => {
    const { carol, rekey } = await aQuietTeam({ policy: { may: { read: ['owner', 'escalation'] } } });
    await recordEvents(rekey.ledger, [
      issued('later', { owner: 'carol', expiresAt: daysAfter(NOON, 20) }),
      issued('soon', { owner: 'carol', expiresAt: daysAfter(NOON, 2) }),
      issued('of-the-team', { owner: 'alice', escalation: 'group:security', expiresAt: daysAfter(NOON, 9) }),
      issued('of-others', { owner: 'alice', escalation: null, expiresAt: daysAfter(NOON, 1) }),
    ]);
    const tab = textOf(await carol.openHome());
    const order = ['payments-prod v3', 'soon', 'of-the-team', 'later'].map((name) => tab.indexOf(name));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(Math.min(...order)).toBeGreaterThan(0);
    expect(tab).toMatch(/payments-prod v3\s+EXPIRED/);
    expect(tab).toContain('you are its escalation');
    expect(tab).not.toContain('of-others');
  });

  test('opens the details of a key and the form that plans its rotation', async () => {
    const { carol } = await aQuietTeam();
    const tab = await carol.openHome();
    await carol.click(tab, 'home_key_details');
    await carol.waitForView((view) => textOf(view).includes('Fingerprint'));
    await carol.click(tab, 'home_plan_key');
    const form = await carol.waitForView((view) => view.callbackId === 'rotate');
    expect(JSON.stringify(form.blocks)).toContain('payments-prod');
  });
});

describe('what waits and goes on', () => {
  test('is there for who can decide, and goes from the tab when it is decided elsewhere', async () => {
    const { bob, rekey, approval } = await anApprovalUnder({});
    const tab = await bob.openHome();
    expect(textOf(tab)).toMatch(/Your approvals: .*Replace payments-prod\?.*in \d+ min/);
    expect(textOf(tab)).toMatch(/R-KEY-EXPIRY.*for payments-prod v3.*go waits for an approval/);
    const { reviewHash } = await rekey.engine.review(approval.token, PersonId.parse('carol'));
    const press = { actor: 'person:carol', channel: 'cli', dedupe: { source: 'cli', id: 'one' } } as const;
    await rekey.engine.vote(approval.token, {
      ...press,
      person: PersonId.parse('carol'),
      vote: 'deny',
      reason: 'no',
      reviewHash,
    });
    await vi.waitFor(() => expect(textOf(bob.home() ?? { blocks: [] })).toMatch(/Your approvals: +none/), {
      timeout: 10_000,
    });
  });

  test('has a link to the card of an incident and the details of a run', async () => {
    const { bob } = await anApprovalUnder({});
    await vi.waitFor(
      async () => expect(JSON.stringify((await bob.openHome()).blocks)).toMatch(/"url":"[^"]+\/archives\//),
      { timeout: 10_000 },
    );
    await bob.click(await bob.openHome(), 'home_run_0');
    await bob.waitForView((view) => textOf(view).includes('R-KEY-EXPIRY'));
  });
});

describe('how Rekey itself is', () => {
  test('is shown to who reads everything: the process, the audit, own credentials, lock-out, codes and debts', async () => {
    const slackWorld = await aSlackWorld();
    const { workspace, rekey } = slackWorld;
    await slackWorld.start({
      health: async () => ({
        parts: [
          { name: 'queue', ok: false, detail: 'redis does not answer' },
          { name: 'slack', ok: true, detail: '' },
        ],
        held: [{ runbook: 'R-KEY-LEAK', widened: ['sinks: webhook'] }],
        broken: 1,
      }),
    });
    await vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 10_000 });
    await recordEvents(rekey.ledger, [
      issued('stoa-admin', { owner: 'bob', administers: 'stoa', expiresAt: daysAfter(NOON, 9) }),
      { type: 'key_proved_live', key: KeyId.parse('key-stoa-admin'), probes: 1, how: 'a call' },
    ]);
    const tab = textOf(await workspace.person('U0BOB').openHome());
    for (const words of [
      'redis does not answer',
      'Audit: ',
      'last checkpoint never',
      'Its own credential stoa-admin',
      'last live admin key of stoa and ends on',
      'R-KEY-LEAK waits for an approval of sinks: webhook',
      '1 file cannot be read',
    ])
      expect(tab.replaceAll(/\s+/g, ' ')).toContain(words);
  });

  test('is not shown to somebody who may read nothing, and neither are keys, runs or buttons', async () => {
    const { alice: she } = await aQuietTeam({ policy: { may: { read: ['bob'], rotate: ['bob'] } } });
    const tab = textOf(await she.openHome());
    for (const words of ['Rekey itself', 'first week', 'Audit', 'payments-prod', 'Replace a key', 'R-KEY'])
      expect(tab).not.toContain(words);
    expect(tab).toMatch(/Your approvals: +none/);
    expect(tab).toContain('Rekey for Alice');
  });
});

test('a tab that somebody looks at is drawn again at most once in its time, however much happens', async () => {
  const slackWorld = await aSlackWorld();
  const { workspace, rekey } = slackWorld;
  await slackWorld.start({ homeEveryMs: 60_000 });
  await vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 10_000 });
  const bob = workspace.person('U0BOB');
  const before = textOf(await bob.openHome());
  for (const index of [1, 2, 3]) await recordEvents(rekey.ledger, [issued(`one-more-${index}`, { owner: null })]);
  expect(textOf(bob.home() ?? { blocks: [] })).toBe(before);
  expect(textOf(await bob.openHome())).toContain('4 keys registered, 3 without an owner');
});
