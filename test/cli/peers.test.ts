import { expect, test } from 'vitest';
import { anInstallationOf, PRODUCTION_FACTS } from '../support/cli-people.ts';

const BECAUSE = ['--because', 'joined the federation'];

test('the re-pin board is kept on the command line, each entry under a name with its evidence', async () => {
  const { rekey } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const add = ['peers', 'add', 'node-b', '--contact', 'ops@node-b.example', '--pins', 'payments-prod'];
  expect(await rekey([...add, ...BECAUSE])).toMatchObject({ code: 0, err: '' });
  expect(
    await rekey(['peers', 'add', 'node-d', '--contact', 'alice', '--pins', 'payments-prod', ...BECAUSE]),
  ).toMatchObject({
    code: 0,
  });
  expect((await rekey(['peers', 'list'])).out).toMatch(/node-b +ops@node-b\.example +- +payments-prod/);

  const pinned = ['peers', 'pin', 'node-b', 'payments-prod', '--because', 'their manifest shows it'];
  expect(await rekey(pinned)).toMatchObject({ code: 0, out: 'node-b trusts the new key.\n' });
  expect(await rekey(pinned)).toMatchObject({ code: 2, err: expect.stringContaining('node-b is there already') });

  const board = await rekey(['peers', 'board', 'payments-prod']);
  expect(board.out).toContain('payments-prod v1: 1 of 2 peers re-pinned, waits for node-d (not told yet)');
  expect(board.out).toContain('person:bob says: their manifest shows it');

  const waived = ['peers', 'waive', 'node-d', 'payments-prod', '--because', 'shut down until June', '--yes'];
  expect(await rekey(waived)).toMatchObject({ code: 0 });
  const { line, rows } = JSON.parse((await rekey(['peers', 'board', 'payments-prod', '--json'])).out);
  expect(line).toBe('1 of 2 peers re-pinned, node-d waived');
  expect(rows[1]).toMatchObject({ waived: { by: 'person:bob', reason: 'shut down until June' } });
}, 90_000);

test('a peer is changed and removed with a reason, and what is wrong with one is said', async () => {
  const { rekey } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  await rekey(['peers', 'add', 'node-b', '--contact', 'alice', '--pins', 'payments-prod', ...BECAUSE]);
  const change = ['peers', 'change', 'node-b', ...BECAUSE];
  expect(await rekey([...change, '--contact', 'erin'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('policy.yaml knows no erin'),
  });
  expect(await rekey([...change, '--pins', 'payment-prod'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean payments-prod?'),
  });
  expect(await rekey([...change, '--contact', 'group:oncall'])).toMatchObject({ code: 0 });
  expect((await rekey(['peers', 'list'])).out).toContain('group:oncall');
  expect(await rekey(['peers', 'remove', 'node-b', '--because', 'left', '--yes'])).toMatchObject({ code: 0 });
  expect((await rekey(['peers', 'list'])).out).toContain('No peer is registered');
}, 90_000);

test('who may not decide about a key may not say anything of its peers', async () => {
  const { rekey, become } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  await rekey(['peers', 'add', 'node-b', '--contact', 'alice', '--pins', 'payments-prod', ...BECAUSE]);
  become('alice');
  for (const command of [
    ['peers', 'add', 'node-c', '--contact', 'alice', '--pins', 'payments-prod', ...BECAUSE],
    ['peers', 'acknowledge', 'node-b', 'payments-prod', ...BECAUSE],
    ['peers', 'waive', 'node-b', 'payments-prod', ...BECAUSE, '--yes'],
    ['peers', 'remove', 'node-b', ...BECAUSE, '--yes'],
  ])
    expect(await rekey(command)).toMatchObject({ code: 2, err: expect.stringContaining('alice may not') });
}, 90_000);
