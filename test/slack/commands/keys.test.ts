import { describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../src/workspace/state/message.ts';
import { aKey, daysAfter, NOON } from '../../support/builders.ts';
import { recordEvents } from '../../support/ledger-file.ts';
import { aSlackWorld, OPS, says, textOf } from '../support.ts';

/** payments-prod belongs to carol; the others to nobody and to the group `ops`. */
async function aRoom() {
  const slackWorld = await aSlackWorld();
  const { workspace, rekey, start } = slackWorld;
  const others = Array.from({ length: 14 }, (_, index) =>
    aKey({
      id: `key-mail${index}` as never,
      slug: `mail-${String(index).padStart(2, '0')}`,
      service: index % 2 === 0 ? 'mail' : 'post',
      environment: 'staging',
      owner: index === 0 ? null : 'bob',
      escalation: null,
      version: 1,
      expiresAt: daysAfter(NOON, 10 + index),
      externalRef: `mail-${index}`,
      digest: index.toString(16).repeat(64),
    }),
  );
  await recordEvents(
    rekey.ledger,
    others.map((key) => ({ type: 'key_issued' as const, key })),
  );
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2), { timeout: 10_000 });
  const asking =
    (id: string) =>
    async (typed: string, ...expected: string[]): Promise<Message> => {
      const person = workspace.person(id);
      await person.command(OPS, typed);
      return person.waitForMessage((message) => message.channel === OPS && says(...expected)(message));
    };
  return { ...slackWorld, alice: workspace.person('U0ALICE'), ask: asking('U0ALICE'), asking };
}

describe('/keys', () => {
  test('lists what ends first first, counts first, and turns the page', async () => {
    const { ask, alice } = await aRoom();
    const first = await ask('/keys list', '15 keys: 1 expired', '1 to 10.');
    expect(textOf(first).indexOf('payments-prod')).toBeLessThan(textOf(first).indexOf('mail-00'));
    await alice.click(first, 'keys_next');
    await alice.waitForMessage(says('mail-13', '11 to 15.'));
  });

  test('filters, refuses a filter that there is not, and says when nothing is like that', async () => {
    const { ask } = await aRoom();
    expect(textOf(await ask('/keys list service:mail env=staging', '7 keys'))).not.toContain('payments-prod');
    await ask('/keys list owner=@carol', '1 key: 1 expired', 'payments-prod');
    await ask('/keys list mail-1', '4 keys', 'mail-10');
    await ask('/keys list health=expird', 'did you mean expired?');
    await ask('/keys list servce=mail', 'did you mean service?');
    await ask('/keys list service=nothing', 'No key is like that.');
    await ask('/keys expiring within 12d', '4 keys ending within 12 d');
    await ask('/keys lst', 'Did you mean list?');
  });

  test('shows a key, its history, and says why a key is never verified here', async () => {
    const { ask, alice } = await aRoom();
    const card = await ask('/keys show payments-prod', 'Fingerprint 7f3a2b');
    await alice.click(card, 'history_of_key');
    await alice.waitForMessage(says('History of payments-prod'));
    await alice.click(card, 'rotate_key');
    const form = await alice.waitForView((view) => view.callbackId === 'rotate');
    expect(JSON.stringify(form.blocks)).toMatch(/"initial_option":\{"value":"payments-prod"/);
    await ask('/keys verify payments-prod', 'never verified in Slack');
    await ask('/keys help', 'list service=payments-api');
  });

  test('reports: audit, compliance, figures, callers of dead keys', async () => {
    const { ask } = await aRoom();
    await ask('/keys audit', 'Credential audit', '1 expired', 'payments-prod v3');
    await ask('/keys compliance', 'keys are younger than their class allows');
    await ask('/keys stats', '15 keys of 3 services');
    await ask('/keys zombies', 'Nobody called with a dead key in 7 d.');
  });

  test('who may change a key owns it at once; for anybody else those are asked who may say so', async () => {
    const { asking, workspace, world, deps, rekey } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, read: ['alice', 'bob', 'carol'], change: ['bob', 'owner'] } });
    await asking('U0BOB')('/keys claim-owner mail-00 because "mine now"', 'You are the owner of mail-00 v1 now.');
    expect((await rekey.ledger.read.keyBySlug('mail-00'))?.owner).toBe('bob');
    await asking('U0ALICE')('/keys claim payments-prod because "we run it"', 'Carol was asked to make you its owner');
    expect((await rekey.ledger.read.keyBySlug('payments-prod'))?.owner).toBe('carol');
    await workspace.person('U0CAROL').waitForMessage(says('alice asks to be the owner of payments-prod v3'));
    await asking('U0CAROL')('/keys owner payments-prod @alice because "agreed"', 'Alice is the owner of payments-prod');
    const alice = workspace.person('U0ALICE');
    await alice.command(OPS, '/keys claim-owner payments-prod');
    const form = await alice.waitForView((view) => view.callbackId === 'owner_of_key');
    expect(textOf(form)).toContain('payments-prod v3. Its owner is alice.');
    expect(await alice.submit(form, { owner: 'U0CAROL', reason: 'they run it again' })).toEqual({ ok: true });
    expect((await rekey.ledger.read.keyBySlug('payments-prod'))?.owner).toBe('carol');
  });

  test('registers a key by a form without its value, and refuses a digest of something else', async () => {
    const { alice, rekey, world, deps } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, create: ['alice'] } });
    await alice.command(OPS, '/keys import stripe-test');
    const form = await alice.waitForView((view) => view.callbackId === 'import_key');
    const filled = { class: 'api_key', service: 'stripe', environment: 'test', owner: 'carol' };
    expect(await alice.submit(form, { ...filled, digest: 'a'.repeat(64) })).toMatchObject({ ok: false });
    expect(await alice.submit(form, { ...filled, digest: '' })).toEqual({ ok: true });
    await alice.waitForMessage(says('stripe-test v1 is registered'));
    expect(await rekey.ledger.read.keyBySlug('stripe-test')).toMatchObject({ provider: 'imported', digest: null });
  });

  test('no verb shows a key to somebody who may not read it', async () => {
    const { asking, world, deps, workspace } = await aRoom();
    const { policy } = await deps.policy();
    world.setPolicy({ ...policy, may: { ...policy.may, read: ['owner'] } });
    const bob = asking('U0BOB');
    const lines = [
      ['/keys list', '14 keys'],
      ['/keys list owner=carol', 'No key is like that, of those that you may read.'],
      ['/keys list pay', 'No key is like that'],
      ['/keys expiring', 'ending within 30 d'],
      ['/keys audit', 'of the keys that you may read'],
      ['/keys compliance', 'of the keys that you may read'],
      ['/keys stats', 'are for those who may read all of them'],
      ['/keys zombies', 'Nobody called'],
      ['/keys show payments-prd', 'There is no key "payments-prd"'],
      ['/rotate-key status', 'No incident is open.'],
    ];
    for (const [typed = '', expected = ''] of lines) {
      const answer = await bob(typed, expected.replace('14 keys', '13 keys'));
      expect(textOf(answer), typed).not.toContain('payments-prod');
    }
    for (const verb of ['/keys show', '/keys history', '/rotate-key show', '/rotate-key why'])
      await bob(`${verb} payments-prod`, 'bob may not read this key. Who may: carol.');
    const seen = workspace.person('U0BOB').messages(OPS).map(textOf).join(' ');
    expect(seen).not.toContain('payments-prod v');
  });
});

test('what expired for good and nothing replaced is at the top of the list', async () => {
  const { ask, rekey } = await aRoom();
  await recordEvents(rekey.ledger, [{ type: 'key_expired', key: 'key-mail3' as never }]);
  const list = textOf(await ask('/keys list service=post', '7 keys: 1 expired', 'mail-03'));
  expect(list).toContain('mail-03 v1');
  await ask('/keys list mail-03', '1 key: 1 expired');
  await ask('/keys list health=expired', 'mail-03');
});
