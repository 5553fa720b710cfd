import { expect, test } from 'vitest';
import { anInstallationOf, PRODUCTION_FACTS } from '../support/cli-people.ts';
import { onTerminal } from '../support/terminal.ts';

test('a value is shown to its recipient on a terminal, once', async () => {
  const installation = anInstallationOf('bob');
  await installation.rekey(['keys', 'generate', 'api-key', 'payments-prod', ...PRODUCTION_FACTS]);
  const shown = await onTerminal(installation, ['keys', 'claim']).end();
  const value = /rekey_live_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}/.exec(shown)?.[0] ?? '';
  expect(shown).toMatch(/shown this once:.*exit 0$/s);
  expect(await installation.rekey(['keys', 'verify'], { input: value })).toMatchObject({ code: 0 });
}, 30_000);

test('what is missing is asked for on a terminal', async () => {
  const installation = anInstallationOf('bob');
  const terminal = onTerminal(installation, ['keys', 'generate', 'api-key', 'billing']);
  await terminal.see('Which service is billing for?');
  terminal.type('billing\r');
  await terminal.see('In which environment?');
  terminal.type('staging\r');
  expect(await terminal.end()).toMatch(/Made billing v1 \(api_key\), for billing in staging\..*exit 0$/s);
}, 30_000);

test('Ctrl-C at a question changes nothing and says so', async () => {
  const installation = anInstallationOf('bob');
  await installation.issue({});
  const terminal = onTerminal(installation, ['keys', 'revoke', 'payments-prod', '--because', 'x']);
  await terminal.see('Revoking payments-prod is final. Revoke it?');
  terminal.type('\u0003');
  expect(await terminal.end()).toMatch(/Nothing was done: you cancelled\.\s*exit 2$/);
  const { out } = await installation.rekey(['keys', 'show', 'payments-prod', '--json']);
  expect(JSON.parse(out)).toMatchObject({ state: 'active' });
}, 30_000);

test('a table fits a narrow terminal', async () => {
  const installation = anInstallationOf('bob');
  await installation.issue({}, { slug: 'a-key-with-quite-a-long-name-indeed', service: 'reporting-and-analytics' });
  for (const list of ['list', 'expiring'])
    for (const line of (
      await onTerminal(installation, ['keys', list, ...(list === 'expiring' ? ['--within', '60d'] : [])], 60).end()
    ).split('\n'))
      expect([...line.replace(/exit \d$/, '')].length).toBeLessThanOrEqual(60);
}, 30_000);
