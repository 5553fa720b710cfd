import { expect, test, vi } from 'vitest';
import { openSecondFactors } from '../../src/engine/second-factor/second-factors.ts';
import { openStepUp } from '../../src/engine/second-factor/step-up.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import { openVault } from '../../src/providers/seal.ts';
import { randomId } from '../../src/random-id.ts';
import { bob, carol } from '../support/builders.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { asking, codeOf } from '../support/second-factor-world.ts';
import { aKeysDir } from '../support/vault-world.ts';
import { anApprovalUnder, decisionOf } from './approval-world.ts';
import { says, textOf } from './support.ts';

/** A question of tier 3. Alice and bob have codes, carol has none; bob may administer. */
async function aQuestionOfTier3() {
  const { masterKeys, pepper } = loadKeyFiles(aKeysDir());
  const vault = openVault(masterKeys);
  const seeds = new Map<string, Awaited<ReturnType<ReturnType<typeof openSecondFactors>['enrol']>>['seed']>();
  const world = await anApprovalUnder(
    { tier: 3, approve: 2, from: ['bob', 'carol', 'alice'], requester_may_approve: true },
    { may: { rotate: ['group:oncall'], read: ['group:oncall'], administer: ['bob'] } },
    async ({ rekey, world: engine }) => {
      rekey.deps.vault = vault;
      rekey.deps.stepUp = openStepUp({ ledger: rekey.deps.ledger, vault, pepper, newId: randomId });
      const factors = openSecondFactors({ ...rekey.deps, pepper });
      for (const person of [bob, 'alice' as typeof bob]) {
        const { seed } = await factors.enrol(asking(person));
        await factors.confirm({ ...asking(person), code: codeOf(seed, engine.now()) });
        seeds.set(person, seed);
      }
      engine.pass(30_000);
      return { secondFactors: factors };
    },
  );
  const { secondFactors: factors } = world;
  if (factors === undefined) throw new Error('nothing was prepared');
  return { ...world, seeds, factors };
}

test('two people with codes decide at tier 3, and each proof stands on the card', async () => {
  const { alice, bob: he, card, review, seeds, world, outcome } = await aQuestionOfTier3();
  for (const [person, name] of [
    [he, 'bob'],
    [alice, 'alice'],
  ] as const) {
    const modal = await review(person);
    const seed = seeds.get(name);
    if (seed === undefined) throw new Error('no seed');
    await person.submit(modal, {
      [decisionOf(modal)]: 'approve',
      reason: '',
      code: codeOf(seed, world.now()).reveal(),
    });
  }
  await vi.waitFor(async () => expect(await outcome()).toBe('approved'), { timeout: 10_000 });
  const sealed = await he.waitForMessage((message) => message.ts === card.ts && says('✓ Approved')(message));
  expect(textOf(sealed).match(/confirmed with a code in Slack/g)).toHaveLength(2);
});

test('who has no code gets one from the review, and neither link nor seed is ever in Slack', async () => {
  const { carol: she, bob: he, review, world, rekey, workspace, factors, outcome } = await aQuestionOfTier3();
  const modal = await review(she);
  expect(textOf(modal)).toContain('you have none yet');
  expect(modal.blocks.some(({ block_id: id }) => id === 'code')).toBe(false);
  await she.click(modal, 'set_up_code');
  const form = await she.waitForView((view) => view.callbackId === 'set_up_code');
  expect(textOf(form)).toContain('It is made by Bob, who hands it to you outside of Slack');
  expect(JSON.stringify(form.blocks)).toContain('"url":"http://127.0.0.1:7410/second-factor"');

  await she.click(form, 'ask_for_link');
  await she.waitForView((view) => textOf(view).includes('Bob was asked to make a link for you'));
  await he.waitForMessage(
    (message) =>
      message.channel === he.directMessage() && says('carol asks for a link', 'Speak with carol first')(message),
  );

  const { token } = await factors.invite({ ...asking(bob), person: carol });
  const { seed } = await factors.enrolInvited(token, asking(carol));
  await she.click(await review(she), 'set_up_code');
  const last = await she.waitForView((view) => textOf(view).includes('waits for its first code'));
  expect(await she.submit(last, { code: 'abc' })).toMatchObject({
    fields: { code: expect.stringContaining('six digits') },
  });
  await she.submit(last, { code: codeOf(seed, world.now()).reveal() });
  await she.waitForView((view) => textOf(view).includes('Your app works; its codes count from now on'));

  world.pass(30_000);
  const mine = await review(she);
  const code = codeOf(seed, world.now()).reveal();
  await she.submit(mine, { [decisionOf(mine)]: 'approve', reason: '', code });
  await vi.waitFor(
    async () => {
      const [open] = await rekey.ledger.read.openApprovals();
      expect(open?.votes).toMatchObject([{ person: 'carol', proof: 'totp' }]);
    },
    { timeout: 10_000 },
  );
  expect(await outcome()).toBeNull();

  const seen = JSON.stringify([
    she.messages(she.directMessage()),
    he.messages(he.directMessage()),
    she.views(),
    workspace.person('U0ALICE').messages('C0INCIDENTS'),
  ]);
  const raw = rawLedger(world.file);
  const tables = raw.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
  const rows = JSON.stringify(tables.flatMap((table) => raw.prepare(`select * from ${table}`).all()));
  for (const secret of [token.reveal(), seed.reveal()]) {
    expect(seen).not.toContain(secret);
    expect(rows).not.toContain(secret);
  }
  expect(rows).not.toContain(`"${code}"`);
}, 30_000);

test('the first code of an app that nobody has begun is refused beside its field', async () => {
  const { carol: she, review } = await aQuestionOfTier3();
  await she.click(await review(she), 'set_up_code');
  const form = await she.waitForView((view) => view.callbackId === 'set_up_code');
  expect(await she.submit(form, { code: '123456' })).toMatchObject({
    fields: { code: expect.stringContaining('No app of yours waits for its first code') },
  });
});

test('App Home offers codes to who has none, where a rule may ask for one', async () => {
  const { bob: he, carol: she } = await aQuestionOfTier3();
  expect(textOf(await he.openHome())).not.toContain('Set up my codes');
  const tab = await she.openHome();
  await she.click(tab, 'home_do_code');
  const form = await she.waitForView((view) => view.callbackId === 'set_up_code');
  expect(textOf(form)).toContain('whoever took over your account here must not get a code by it');
});
