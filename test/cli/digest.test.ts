import { expect, test } from 'vitest';
import { daysAfter } from '../support/builders.ts';
import { anInstallationOf } from '../support/cli-people.ts';

test('shows what the next digest would say, sends one, and lists which were made', async () => {
  const { rekey, issue } = anInstallationOf('bob');
  const now = new Date();
  await issue(
    { slug: 'orders', createdAt: daysAfter(now, -85), expiresAt: daysAfter(now, 5) },
    { slug: 'reports', owner: null, createdAt: now, activatedAt: now, expiresAt: daysAfter(now, 300) },
  );
  const shown = await rekey(['digest', 'show']);
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toMatch(/days 7\s+orders/);
  expect(shown.out).toMatch(/The next one: \d{4}-\d\d-\d\d \d\d:00 UTC/);
  expect(shown.out).toMatch(/missing owner\s+reports/);
  expect((await rekey(['digest', 'history'])).out).toContain('No digest was made so far.');
  const sent = await rekey(['digest', 'send']);
  expect(sent.out).toContain('tells of 2 keys in 1 message');
  const history = await rekey(['digest', 'history', '--json']);
  expect(JSON.parse(history.out)).toMatchObject([{ kind: 'asked', keys: 2, messages: 2, reached: 0 }]);
  const id = JSON.parse(history.out)[0].id;
  expect((await rekey(['digest', 'show', id])).out).toContain('orders');
  expect(await rekey(['digest', 'show', 'dig-none'])).toMatchObject({ code: 2, err: expect.stringContaining(id) });
}, 90_000);

test('sends one only for who may administer', async () => {
  const { rekey, issue } = anInstallationOf('alice');
  await issue({ slug: 'orders', expiresAt: daysAfter(new Date(), 5) });
  expect(await rekey(['digest', 'send'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('may not administer'),
  });
}, 60_000);
