import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/cli/doctor/check.ts';
import { testMailChecks } from '../../../src/cli/doctor/test-mail.ts';
import { readConfig } from '../../../src/config.ts';
import { anInstallationOf } from '../../support/cli-people.ts';
import { fillConnections } from '../../support/keys-folder.ts';
import { aMailServer, aSmtpSpec, MAIL_HOST, MAIL_PASSWORD } from '../../support/mail-server.ts';

/** An installation with one mail server; bob has this address. */
async function anInstallationWithMail(email: string | null = 'bob@partner.example') {
  const mail = await aMailServer();
  const bob = { slack: 'U0BOB', ...(email !== null && { email }) };
  const people = { alice: { slack: 'U0ALICE' }, bob, carol: { slack: 'U0CAROL' } };
  const { runbooksDir, keysDir, dataDir } = anInstallationOf(null, { people });
  fillConnections(keysDir, { mail: MAIL_PASSWORD, 'mail-ca': mail.ca });
  writeFileSync(
    join(runbooksDir, 'connections.yaml'),
    JSON.stringify({ version: 1, connections: {}, smtp: { company: aSmtpSpec(mail.port) } }),
  );
  const config = readConfig({
    REKEY_DATA_DIR: dataDir,
    REKEY_RUNBOOKS_DIR: runbooksDir,
    REKEY_PROBE_HOSTS: `${MAIL_HOST}:${mail.port} loopback`,
    SLACK_MODE: 'off',
  });
  const check = async (person: string) => {
    const checks: Check[] = [];
    for await (const one of testMailChecks(config, { person, resolve: async () => ['127.0.0.1'] })) checks.push(one);
    return checks;
  };
  return { mail, check };
}

describe('rekey doctor --send-test', () => {
  test('sends one mail that says that it is a test, and what the server answered', async () => {
    const { mail, check } = await anInstallationWithMail();
    expect(await check('bob')).toEqual([
      { name: 'test mail over company', state: 'ok', says: expect.stringContaining('took it for bob@'), todo: [] },
    ]);
    const [letter, ...more] = await mail.taken();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      subject: 'Test mail of Rekey: nothing happened',
      to: [{ address: 'bob@partner.example' }],
    });
    expect(letter?.text).toContain('This is a test.');
    expect(mail.raw.join()).not.toContain(MAIL_PASSWORD);
  });

  test.each([
    ['nobody of the policy', 'mallory', undefined, 'policy.yaml knows no mallory'],
    ['somebody without an address', 'bob', null, 'no usable e-mail address of bob'],
  ])('to %s sends nothing and says what to do', async (_who, person, email, says) => {
    const { mail, check } = await anInstallationWithMail(email);
    const [found] = await check(person);
    expect(found).toMatchObject({ state: 'problem', says: expect.stringContaining(says) });
    expect(found?.todo).toHaveLength(1);
    expect([mail.raw, mail.logins]).toEqual([[], []]);
  });

  test('writes to nobody in a domain that the server does not list, and tells what the server refused', async () => {
    const elsewhere = await anInstallationWithMail('bob@elsewhere.example');
    expect(await elsewhere.check('bob')).toMatchObject([{ state: 'skipped' }]);
    expect(elsewhere.mail.logins).toEqual([]);
    const { mail, check } = await anInstallationWithMail();
    mail.moods.push({ recipient: 550, says: '5.1.1 no such user' });
    expect(await check('bob')).toMatchObject([{ state: 'problem', todo: [expect.stringContaining('5.1.1')] }]);
  });
});
