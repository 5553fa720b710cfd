import { expect, test } from 'vitest';
import { anInstallationOf, PRODUCTION_FACTS } from '../support/cli-people.ts';

test('an incident is led on the terminal from its declaration to its end', async () => {
  const { rekey } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const open = ['incidents', 'open', 'payments are rejected', '--key', 'payments-prod', '--because', 'since noon'];
  const declared = JSON.parse((await rekey([...open, '--json'])).out);
  expect(declared).toMatchObject({ kind: 'opened', incident: expect.stringMatching(/^inc-/) });
  const { incident } = declared;
  expect((await rekey(open)).out).toContain('is open for this key already');

  const on = (verb: string, ...words: string[]) => rekey(['incidents', verb, incident, ...words]);
  expect(await on('role', 'commander', 'alice')).toMatchObject({ code: 0, err: '' });
  expect(await on('severity', 'SEV1', '--because', 'customers are locked out')).toMatchObject({ code: 0 });
  expect(await on('note', 'the cache was cleared', '--at', '03:12')).toMatchObject({ code: 0 });
  expect((await on('status', '--draft')).out).toContain('It is not contained yet.');
  expect(await on('status', '--conditions', 'checkout is down')).toMatchObject({ code: 0 });
  const shown = (await on('show')).out;
  for (const words of ['SEV1', 'alice (commander)', 'the cache was cleared', 'checkout is down'])
    expect(shown).toContain(words);
  expect((await rekey(['incidents', 'list'])).out).toContain(incident);

  const stays = await on('close');
  const points = [...stays.out.matchAll(/^ {2}(p[0-9a-f]{4}) /gm)].flatMap(([, code = '']) => [code]);
  expect([stays.code, points.length > 0]).toEqual([1, true]);
  for (const point of points)
    expect(await on('waive', point, '--because', 'it was a drill')).toMatchObject({ code: 0 });
  expect(JSON.parse((await on('show', '--json')).out)).toMatchObject({ state: 'closed', severity: 'SEV1' });
  expect(await on('note', 'a last word')).toMatchObject({ code: 0 });
  expect(await on('severity', 'SEV3', '--because', 'over')).toMatchObject({
    code: 2,
    err: expect.stringContaining('was closed at'),
  });
  expect(await on('reopen', '--because', 'it happened again')).toMatchObject({ code: 0 });
  expect((await rekey(['incidents', 'list'])).out).toContain(incident);
}, 180_000);

test('what nobody may or cannot mean is said, and nothing is kept', async () => {
  const { rekey, become } = anInstallationOf('bob');
  await rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const declare = ['incidents', 'open', 'odd calls', '--because', 'seen'];
  const leaked = `rekey_live_${'A'.repeat(16)}_${'b'.repeat(43)}`;
  const pasted = await rekey(['incidents', 'open', `leaked: ${leaked}`, '--because', 'seen']);
  expect(pasted).toMatchObject({ code: 2, err: expect.stringContaining('looks like a key') });
  expect(await rekey([...declare, '--key', 'payment-prod'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Did you mean payments-prod?'),
  });
  expect(await rekey([...declare, '--at', 'noon'])).toMatchObject({ code: 2, err: expect.stringContaining('03:12') });
  expect(await rekey(['incidents', 'show', 'inc-unknown'])).toMatchObject({ code: 2 });
  const { incident } = JSON.parse((await rekey([...declare, '--json'])).out);
  become('alice');
  const closing = await rekey(['incidents', 'waive', incident, '1', '--because', 'x']);
  expect(closing.code === 0 || closing.err.includes('may not close')).toBe(true);
  expect((await rekey(['incidents', 'list', '--all', '--json'])).out).not.toContain(leaked);
}, 120_000);
