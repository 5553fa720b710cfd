import { expect, test, vi } from 'vitest';
import { RunId } from '../../src/domain/ids.ts';
import { openSecondFactors } from '../../src/engine/second-factor/second-factors.ts';
import { openStepUp } from '../../src/engine/second-factor/step-up.ts';
import { loadKeyFiles } from '../../src/providers/key-files.ts';
import { openVault } from '../../src/providers/seal.ts';
import { randomId } from '../../src/random-id.ts';
import { aPolicy, bob, carol } from '../support/builders.ts';
import { rawLedger } from '../support/ledger-file.ts';
import { asking, codeOf, wrongCode } from '../support/second-factor-world.ts';
import { aKeysDir } from '../support/vault-world.ts';
import { aSlackWorld, INCIDENTS, OPS, says } from './support.ts';

async function anApprovalOfTier3() {
  const { rules } = aPolicy({ rules: { rotate: { tier: 3, approve: 2, from: ['group:security', 'carol'] } as never } });
  const slackWorld = await aSlackWorld({ policy: { rules } });
  const { workspace, world, start, rekey } = slackWorld;
  const { masterKeys, pepper } = loadKeyFiles(aKeysDir());
  const vault = openVault(masterKeys);
  rekey.deps.stepUp = openStepUp({ ledger: rekey.deps.ledger, vault, pepper, newId: randomId });
  const factors = openSecondFactors({ ...rekey.deps, vault, pepper });
  for (const person of [carol]) {
    const { seed } = await factors.enrol(asking(person));
    await factors.confirm({ ...asking(person), code: codeOf(seed, world.now()) });
  }
  const { seed } = await factors.enrol(asking(bob));
  const { recoveryCodes } = await factors.confirm({ ...asking(bob), code: codeOf(seed, world.now()) });
  world.pass(30_000);
  await start();
  await vi.waitFor(() => expect(workspace.connections()).toBe(2));
  const [alice, bobInSlack] = [workspace.person('U0ALICE'), workspace.person('U0BOB')];
  await alice.command(OPS, '/rotate-key payments-prod expired because "blocked"');
  const started = await alice.waitForMessage(says('Started for payments-prod'));
  const run = RunId.parse(/run-\d+/.exec(started.text)?.[0]);
  const card = await bobInSlack.waitForMessage((one) => one.channel === INCIDENTS && says('Approval needed')(one));
  await bobInSlack.click(card, 'review');
  const modal = await bobInSlack.waitForView((view) => view.callbackId === 'review');
  const field = modal.blocks.find((block) => block.block_id.startsWith('decision-'))?.block_id ?? '';
  const approve = (code: string) => bobInSlack.submit(modal, { [field]: 'approve', reason: '', code });
  const votes = async () => (await rekey.ledger.read.openApprovalsOfRun(run))[0]?.votes ?? [];
  return { ...slackWorld, seed, recoveryCodes, bob: bobInSlack, approve, votes };
}

test('a wrong code is said beside its field with the tries that are left, and then until when none is taken', async () => {
  const { world, seed, approve, votes } = await anApprovalOfTier3();
  const wrong = wrongCode(seed, world.now()).reveal();
  const answer = async () => ((await approve(wrong)) as { fields?: { code?: string } }).fields?.code ?? '';
  expect(await approve('12345')).toMatchObject({
    fields: { code: expect.stringContaining('Expected the six digits') },
  });
  for (const left of ['4 tries are', '3 tries are', '2 tries are', '1 try is'])
    expect(await answer()).toContain(`${left} left`);
  expect(await answer()).toMatch(/none is taken until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  const right = codeOf(seed, world.now()).reveal();
  const refused = (await approve(right)) as { fields?: { code?: string } };
  expect(refused.fields?.code).toContain('not even a right one');
  expect(refused.fields?.code).not.toContain(right);
  expect(await votes()).toEqual([]);
}, 30_000);

test('a right code counts once, and is nowhere in what Slack or the ledger keep', async () => {
  const { world, seed, approve, votes, bob: he, workspace, rekey } = await anApprovalOfTier3();
  const code = codeOf(seed, world.now()).reveal();
  await approve(code);
  await vi.waitFor(async () => expect(await votes()).toMatchObject([{ person: 'bob', proof: 'totp' }]));
  await he.waitForMessage(says('authenticator'));
  const raw = rawLedger(world.file);
  const tables = raw.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
  const rows = tables.flatMap((table) => raw.prepare(`select * from ${table}`).all());
  expect(JSON.stringify(rows)).not.toContain(`"${code}"`);
  expect(JSON.stringify(workspace.person('U0ALICE').messages(INCIDENTS))).not.toContain(code);
  expect(JSON.stringify(await rekey.ledger.read.audit({ limit: 500 }))).not.toContain(`"${code}"`);
}, 30_000);

test('a recovery code counts in the same field, and bob reads how many are left', async () => {
  const { recoveryCodes, approve, votes, bob: he } = await anApprovalOfTier3();
  await approve(recoveryCodes[0]?.reveal() ?? '');
  await vi.waitFor(async () => expect(await votes()).toMatchObject([{ person: 'bob', proof: 'totp' }]));
  await he.waitForMessage(says('bob used a recovery code', '9 are left'));
}, 30_000);
